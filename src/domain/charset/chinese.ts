/** The characters that Chinese messages of systems, tools and people hold most often, simplified; order does not matter. */
const FREQUENT =
  "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运笔台单击错误失败执令功启停止服端网络连接超文件夹目录存储磁盘盘符内磁户密码权限足拒绝访问找找径指无效选项参数输入输出标准脚版载安装卸更新升级检查测试配置环境变量量进线程库据表查询备份恢复删除添加改写读复制移剪粘贴创建正常警告信息注册登录退出拥已经继续等待请稍候按任意键返码状态跳过忽略未知异常需要支持兼容包依赖源仓拒域地址协议口端绑占监听缓冲日志级别调试跟踪栈溢堆页帧率模块组件插驱动器硬软件处理内核显示屏幕刻分钟秒毫微周始终结束剩余百容量大小块节字符串编码格式加解压缩步骤准备就绪成员管理员角色主备从节点集群虚拟容镜像实例快照挂卷组策略防火墙安全漏洞补丁修程序应控制面板属帮助关闭确认取消保全部共计总用时约每";

const FREQUENT_CODES: ReadonlySet<number> = new Set([...FREQUENT].map((character) => character.charCodeAt(0)));

/** True for a UTF-16 unit that is one of the most frequent characters of Chinese. */
export function isFrequentUnit(unit: number): boolean {
  return FREQUENT_CODES.has(unit);
}

let frequent: ReadonlySet<number> | undefined;

/**
 * How likely a character of GB18030 is in a Chinese text: 1 for the most frequent ones, near 0 for the other everyday ones and
 * for punctuation (GB 2312, rows 1 to 3 and 16 to 55), less for all others, which other charsets' bytes mostly come out as.
 */
export function weighPair(lead: number, trail: number): number {
  if (isFrequent(lead, trail)) return 1;
  // Rows that everybody may define for himself: only a shifted reading comes out there.
  if (trail < 0xa1) return lead >= 0xa1 && lead <= 0xa7 ? -3 : -1;
  if (lead >= 0xb0 && lead <= 0xd7) return -0.25;
  if (lead >= 0xa1 && lead <= 0xa3) return 0;
  return lead >= 0xd8 && lead <= 0xf7 ? -0.65 : -1;
}

/**
 * The same for the two bytes at a place, in their surroundings: a letter that more letters or digits follow is hardly the second
 * byte of a rare character, but the first letter of a word behind what a cut left of a character.
 */
export function weighChinese(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0;
  const trail = bytes[at + 1] ?? 0;
  const next = bytes[at + 2] ?? 0;
  const isTorn = trail < 0x80 && isLetter(trail) && (isLetter(next) || (next >= 0x30 && next <= 0x39));
  return weighPair(lead, trail) - (isTorn ? 0.5 : 0);
}

/** True for a letter of ASCII. */
export function isLetter(byte: number): boolean {
  return (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
}

/** Whether the pieces of a text that were read as GB18030 look Chinese. */
export class ChineseSign {
  #frequent = 0;
  #all = 0;

  /** Counts what stands in the bytes from `start` to `end`, which are whole characters. */
  count(bytes: Uint8Array, start: number, end: number, measure: (bytes: Uint8Array, at: number) => number): void {
    for (let at = start; at < end; ) {
      const length = Math.max(1, measure(bytes, at));
      if (length > 1) this.#countCharacter(bytes[at] ?? 0, bytes[at + 1] ?? 0);
      at += length;
    }
  }

  /** True where two in five are frequent: of a Chinese text it is three, of other bytes one in eight by chance. */
  get isThere(): boolean {
    return this.#frequent > 0 && this.#frequent * 5 >= this.#all * 2;
  }

  #countCharacter(lead: number, trail: number): void {
    const isPunctuation = lead >= 0xa1 && lead <= 0xa3 && trail >= 0xa1;
    if (isPunctuation) return;
    this.#all += 1;
    if (isFrequent(lead, trail)) this.#frequent += 1;
  }
}

function isFrequent(lead: number, trail: number): boolean {
  frequent ??= findFrequent();
  return frequent.has(lead * 256 + trail);
}

// The platform encodes UTF-8 only; decoding every pair of GB 2312 once takes less than a millisecond.
function findFrequent(): ReadonlySet<number> {
  const decoder = new TextDecoder("gb18030");
  const found = new Set<number>();
  for (let lead = 0xb0; lead <= 0xf7; lead += 1) {
    for (let trail = 0xa1; trail <= 0xfe; trail += 1) {
      if (isFrequentUnit(decoder.decode(Uint8Array.of(lead, trail)).charCodeAt(0))) found.add(lead * 256 + trail);
    }
  }
  return found;
}
