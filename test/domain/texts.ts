/** A log in Chinese, with letters, numbers and signs among it. */
export const LOG = `[2026-01-02 03:04:05] 信息：正在启动服务 nginx，请稍候……
错误：拒绝访问。找不到指定的路径 /数据/备份
磁盘 /dev/vda1 使用率 87%，剩余 12 GB
 完成  97 个任务，失败 3 个（超时）
用户“张三”登录成功
`;

/** Chinese with few other signs. */
export const UPDATE = `正在检查更新包索引请耐心等待几分钟然后重新启动计算机以完成安装过程\r\n服务器名称 web01 状态 运行\r\n`;

/** All bytes behind one another. */
export const join = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** 0 up to this position, inclusive. */
export function positionsUpTo(last: number): number[] {
  return Array.from({ length: last + 1 }, (_, at) => at);
}
