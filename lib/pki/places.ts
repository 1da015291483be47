/** Assigned ISO 3166-1 alpha-2 codes (November 2026), and the states people abbreviate. */
const ASSIGNED =
  'AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ ' +
  'CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR ' +
  'GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP ' +
  'KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ ' +
  'NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW ' +
  'SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ ' +
  'UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW';
const COUNTRIES = new Set(ASSIGNED.split(' '));

/** The code that is meant by one in small letters, or by one of the two that people take for a code; null otherwise. */
export function countryMeant(code: string): string | null {
  const upper = code.toUpperCase();
  // Reserved for, and used by, the United Kingdom and Greece in other standards.
  const known = upper === 'UK' ? 'GB' : upper === 'EL' ? 'GR' : upper;
  return isCountry(known) ? known : null;
}

export function isCountry(code: string): boolean {
  return COUNTRIES.has(code);
}

const US_STATES =
  'AL Alabama,AK Alaska,AZ Arizona,AR Arkansas,CA California,CO Colorado,CT Connecticut,DE Delaware,FL Florida,GA Georgia,' +
  'HI Hawaii,ID Idaho,IL Illinois,IN Indiana,IA Iowa,KS Kansas,KY Kentucky,LA Louisiana,ME Maine,MD Maryland,' +
  'MA Massachusetts,MI Michigan,MN Minnesota,MS Mississippi,MO Missouri,MT Montana,NE Nebraska,NV Nevada,NH New Hampshire,' +
  'NJ New Jersey,NM New Mexico,NY New York,NC North Carolina,ND North Dakota,OH Ohio,OK Oklahoma,OR Oregon,PA Pennsylvania,' +
  'RI Rhode Island,SC South Carolina,SD South Dakota,TN Tennessee,TX Texas,UT Utah,VT Vermont,VA Virginia,WA Washington,' +
  'WV West Virginia,WI Wisconsin,WY Wyoming,DC District of Columbia';
const STATE_NAMES = new Map(
  US_STATES.split(',').map((entry): [string, string] => [entry.slice(0, 2), entry.slice(3)]),
);

/** The state spelled out, when these two letters are one of the United States; WA is also in Australia. */
export function spelledOutState(code: string, country: string | undefined): string | null {
  if (country?.toUpperCase() !== 'US') return null;
  return STATE_NAMES.get(code.replace('.', '').toUpperCase()) ?? null;
}

/** Two or three capitals, or a dot at the end: nobody spells a place so. */
export function looksAbbreviated(place: string): boolean {
  return /^[A-Z]{1,3}$/.test(place) || /^[A-Za-z]{2}$/.test(place) || /\.$/.test(place);
}
