import { isFrequentUnit, isLetter, weighChinese } from "./chinese.ts";

/**
 * How likely a whole character of a charset is, which begins with a byte beyond ASCII: above 0 for the most frequent ones, below
 * for rare ones.
 */
export type Weigh = (bytes: Uint8Array, at: number, length: number) => number;

/** What a language's text holds: its frequent characters, and the leads of what else it may hold; all others it hardly does. */
interface Script {
  readonly isFrequent: (unit: number) => boolean;
  readonly usual: readonly (readonly [number, number])[];
  /** Leads of later extensions and of private use, which texts hold hardly ever and torn pairs often. */
  readonly exotic?: readonly (readonly [number, number])[];
}

const unitsOf = (characters: string): ReadonlySet<number> =>
  new Set([...characters].map((character) => character.charCodeAt(0)));

/** Frequent characters of Chinese whose traditional form is not the simplified one. */
const TRADITIONAL = unitsOf(
  "這個們來為國說時會對於過發後裡種經麼學當現動進樣開從實軍無與長機關點業將兩間問體見應戰頭產內題類電腦員數覺決統總務處請輸選項設備檔案資料夾錄儲存磁碟區網路連線伺服器使用者權限拒絕錯誤訊息警執啟動復複製檢查測試變環境庫還恢刪貼創註冊登繼續等待參標準腳載裝卸級組協議監聽緩衝誌調蹤頁幀塊驅軟顯幕鐘週結餘量節編碼壓縮驟讀寫號門東車馬魚鳥龍廣華萬億價單訂購運貨財報營銷戶姓張陳黃趙吳孫鄭馮蔣韓楊許鄧蕭葉蘇盧譚陸賈鄒錢嚴臺灣縣鎮鄉樓萊恆滿帳絡聯僅稱",
);
/** Frequent characters of Japanese that Chinese writes otherwise. */
const JAPANESE = unitsOf(
  "処続動実変対応発検証認設定終了確読込書権様険価図団売単戻継済歳総県駅広円気残転換焼営労働亜仮拠拡択挙",
);
/** What ends and joins sentences in both. */
const PUNCTUATION = unitsOf("，。、：；？！（）「」");
/** The most frequent syllables of Korean. */
const KOREAN = unitsOf(
  "가간감강개거건검결경계고공과관구국그금기김나내네누는니다단당대데도동드든들디때라람래량러려력로록료루류르를리마만말면명모목무문물미및바박반발방버번법변보복본부분비사산상색생서선설성세소속수순스습시식신실심아안않알액야약양어언업없었에여연열영예오와완외요용우운원월위유으은을음응의이인일임입있자작장저적전절정제져조존종주준중지직진집째차찾처천체초최추출치크키타태터테토통트파판패페포표품프플필하한할합해행현호화확환활회후히됩",
);

const isJapanese = (unit: number): boolean =>
  (unit >= 0x3041 && unit <= 0x30fc) || isFrequentUnit(unit) || JAPANESE.has(unit) || PUNCTUATION.has(unit);
const isTraditional = (unit: number): boolean => isFrequentUnit(unit) || TRADITIONAL.has(unit) || PUNCTUATION.has(unit);

// Beside the frequent ones: punctuation, and the ideographs or syllables of level 1.
const SCRIPTS: Readonly<Record<string, Script>> = {
  shift_jis: {
    isFrequent: isJapanese,
    usual: [
      [0x81, 0x81],
      [0x88, 0x97],
    ],
    exotic: [
      [0x85, 0x87],
      [0xeb, 0xfc],
    ],
  },
  "euc-jp": {
    isFrequent: isJapanese,
    usual: [
      [0x8e, 0x8e],
      [0xa1, 0xa1],
      [0xb0, 0xcf],
    ],
  },
  big5: {
    isFrequent: isTraditional,
    usual: [[0xa1, 0xc6]],
    exotic: [
      [0x81, 0xa0],
      [0xc7, 0xc8],
      [0xfa, 0xfe],
    ],
  },
  "euc-kr": {
    isFrequent: (unit) => KOREAN.has(unit),
    usual: [
      [0xa1, 0xa3],
      [0xb0, 0xc8],
    ],
  },
};

/** A pair of bytes that is no character weighs nearly as much as bytes that are left out. */
const WEIGHTS = { frequent: 1, usual: -0.25, rare: -0.5, exotic: -2, none: -3 };
/** Half a kana, one byte of Shift_JIS, hardly stands among whole characters, but the second byte of one is often such a byte. */
const HALF_KANA_WEIGHT = -2.25;

/** The weights of a charset's characters; all 0 where it has none of several bytes. */
export function weigherOf(charset: string): Weigh {
  if (charset === "gb18030" || charset === "gbk")
    return (bytes, at, length) => (length === 2 ? weighChinese(bytes, at) : 0);
  const script = SCRIPTS[charset];
  if (script === undefined) return () => 0;
  const weights = known.get(charset) ?? weightsOf(charset, script);
  known.set(charset, weights);
  const single = charset === "shift_jis" ? HALF_KANA_WEIGHT : 0;
  return (bytes, at, length) => {
    if (length === 1) return single;
    return length === 2 ? (weights[(bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0)] ?? 0) : 0;
  };
}

const known = new Map<string, Float32Array>();

const LOWEST_TRAIL = 0x40;
const TRAILS = 0xfe - LOWEST_TRAIL + 1;
const LINE_FEED = 0x0a;
/** A lead, a trail and the line's end. */
const LINE_BYTES = 3;
const NO_CHARACTER = 0xfffd;

// The platform encodes UTF-8 only; decoding every pair of bytes takes a few milliseconds.
function weightsOf(charset: string, { isFrequent, usual, exotic = [] }: Script): Float32Array {
  const weights = new Float32Array(65_536);
  const decoder = new TextDecoder(charset);
  const lines = new Uint8Array(TRAILS * LINE_BYTES).fill(LINE_FEED);
  for (let lead = 0x81; lead <= 0xfe; lead += 1) {
    const isAmong = (leads: Script["usual"]): boolean =>
      leads.some(([lowest, highest]) => lead >= lowest && lead <= highest);
    const weight = isAmong(exotic) ? WEIGHTS.exotic : isAmong(usual) ? WEIGHTS.usual : WEIGHTS.rare;
    for (let index = 0; index < TRAILS; index += 1) lines.set([lead, LOWEST_TRAIL + index], index * LINE_BYTES);
    const characters = decoder.decode(lines).split("\n");
    for (let index = 0; index < TRAILS; index += 1) {
      const unit = characters[index]?.charCodeAt(0) ?? NO_CHARACTER;
      const known = unit === NO_CHARACTER ? WEIGHTS.none : isFrequent(unit) ? WEIGHTS.frequent : weight;
      weights[lead * 256 + LOWEST_TRAIL + index] = known;
    }
  }
  return weights;
}

/**
 * How likely a whole character of UTF-8 of several bytes is in a line that is not all UTF-8. Two bytes are one by chance in many a
 * Chinese line of GB18030; three or four seldom are, and hardly ever a usual one.
 */
export function weighUtf8(bytes: Uint8Array, at: number, length: number): number {
  const lead = bytes[at] ?? 0;
  if (length === 2) return isUsualLetter(bytes, at) ? UTF8_WEIGHTS.letter : UTF8_WEIGHTS.rareLetter;
  if (isExoticUtf8(bytes, at)) return UTF8_WEIGHTS.exotic;
  if (lead < 0xe4 || lead > 0xe9) return UTF8_WEIGHTS.symbol;
  return isFrequentUnit(unitAt(bytes, at)) ? UTF8_WEIGHTS.frequent : UTF8_WEIGHTS.ideograph;
}

const UTF8_WEIGHTS = { frequent: 1, symbol: 0.5, ideograph: -0.25, letter: 0, rareLetter: -0.5, exotic: -2 };
// Signs, Russian, and the letters of Western Europe if they stand beside another letter.
function isUsualLetter(bytes: Uint8Array, at: number): boolean {
  const lead = bytes[at];
  if (lead === 0xc3) return isLetter(bytes[at - 1] ?? 0) || isLetter(bytes[at + 2] ?? 0);
  return lead === 0xc2 || lead === 0xd0 || lead === 0xd1;
}

/**
 * True for a character of three bytes or more that texts with lines of GB18030 hold hardly ever: all but punctuation, symbols,
 * kana, hangul, the first block of ideographs, and emoji.
 */
export function isExoticUtf8(bytes: Uint8Array, at: number): boolean {
  const [lead, second] = [bytes[at] ?? 0, bytes[at + 1] ?? 0];
  if (lead > 0xe4 && lead < 0xea) return false;
  if (lead === 0xe2) return second >= 0xb0;
  if (lead === 0xe3) return second >= 0x90;
  if (lead === 0xe4) return second < 0xb8;
  if (lead === 0xea) return second < 0xb0;
  if (lead === 0xef) return second < 0xbc && second !== 0xb8;
  if (lead === 0xf0) return second !== 0x9f;
  return lead < 0xe2 || lead > 0xed;
}

function unitAt(bytes: Uint8Array, at: number): number {
  const [lead, second, third] = [bytes[at] ?? 0, bytes[at + 1] ?? 0, bytes[at + 2] ?? 0];
  return ((lead & 0x0f) << 12) | ((second & 0x3f) << 6) | (third & 0x3f);
}
