import type { Members, Product } from "../http/index.ts";

/** What an execution printed: what is kept of it, and how many bytes were cut away. */
export interface PrintedOutput {
  readonly bytes: Uint8Array;
  readonly dropped: number;
}

/** One execution of a command on one instance. Times are epoch milliseconds; null while they do not apply. */
export interface Execution {
  /** As the vendor's documents list them; tests put in words that no document knows. */
  readonly status: string;
  readonly startTime: number | null;
  readonly finishTime: number | null;
  readonly stopTime: number | null;
  /** Null before the end. */
  readonly exitCode: number | null;
  readonly repeats: number;
  /** Empty where nothing went wrong. */
  readonly errorCode: string;
  readonly errorInfo: string;
  /** False where nothing can have been dropped, so that lists need not make the output to know. */
  readonly mayBeCut: boolean;
  /** Made on demand, so that lists cost nothing. */
  readonly output: () => PrintedOutput;
}

/** The latest state of a run on one instance. */
export interface RunRecord extends Execution {
  readonly instanceId: string;
  readonly creationTime: number | null;
  readonly updateTime: number | null;
  /** Every execution there was, newest first; only one for what runs once. */
  readonly executions: () => readonly Execution[];
  /** Members that are put over the record's on the wire, whatever the action. */
  readonly wire?: Members;
}

/** A label; each product spells its members differently. */
export interface Label {
  readonly key: string;
  readonly value: string;
}

/** A stored or one-off command. */
export interface CommandRecord {
  readonly commandId: string;
  readonly name: string;
  readonly description: string;
  readonly type: string;
  readonly content: Uint8Array;
  readonly provider: string;
  readonly creationTime: number;
  readonly timeout: number;
  readonly workingDir: string;
  readonly parameterNames: readonly string[];
}

/** How a run is asked for unless its job says otherwise. */
export const PLAIN_SETTINGS = {
  frequency: "",
  repeatMode: "Once",
  timed: false,
  timeout: 60,
  parameters: {} as Readonly<Record<string, string>>,
  username: "root",
  workingDir: "/root",
  containerId: "",
  containerName: "",
  launcher: "",
  terminationMode: "Process",
  ossOutputDelivery: "",
  resourceGroupId: "",
  tags: [] as readonly Label[],
};

/** How a run was asked for, shared by many runs of the same job. */
export type RunSettings = Readonly<typeof PLAIN_SETTINGS>;

/** One run of a command. */
export interface Run {
  readonly invokeId: string;
  /** Rises with every run of a store; breaks ties of one creation time. */
  readonly sequence: number;
  readonly creationTime: number | null;
  readonly command: CommandRecord;
  readonly settings: RunSettings;
  readonly instanceIds: readonly string[];
  /** The word for the whole run where it is not the one that follows from the records. */
  readonly status: string | null;
  /** Members that are put over the run's on the wire, whatever the action. */
  readonly wire?: Members;
  /** State at an instant, in the order of `instanceIds`. */
  records(now: number): readonly RunRecord[];
}

/** A machine. */
export interface InstanceRecord {
  readonly instanceId: string;
  readonly name: string;
  readonly osType: "linux" | "windows";
  readonly osName: string;
  readonly status: string;
  readonly privateIpAddress: string;
  readonly publicIpAddress: string;
  readonly creationTime: number;
  readonly tags: readonly Label[];
  /** Whether the agent on it answers. */
  readonly agentOnline: boolean;
}

/** What lies in one region of one product, as it is at the moment of asking. */
export interface Region {
  readonly product: Product;
  readonly regionId: string;
  readonly localName: string;
  /** How SWAS DescribeCommandInvocations encodes `Output` and `CommandContent` here; plain unless told otherwise. */
  readonly outputEncoding?: "plain" | "base64";
  /** The actions of the Cloud Assistant are answered with `RegionId.ApiNotSupported`. */
  readonly isUnsupported?: boolean;
  /** Lists without the parameter `Timed` hold what will run again too; the documents say that they do not. */
  readonly showsTimed?: boolean;
  instances(): readonly InstanceRecord[];
  commands(): readonly CommandRecord[];
  /** Newest first; runs without a creation time last; within one creation time the latest added first. */
  runs(): readonly Run[];
  run(invokeId: string): Run | undefined;
}
