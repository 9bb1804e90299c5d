/** More calls a minute than any test makes: for those that are about something else, and have no minutes to wait. */
export const AMPLE_QUOTA =
  "ecs=1000000,swas=1000000,swas:ListInstances=1000000,swas:DescribeCommandInvocations=1000000";
