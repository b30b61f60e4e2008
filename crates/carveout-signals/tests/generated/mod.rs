//! Texts put together at random from pieces that recognisers and views act on, always the same ones.

/// A generator that gives the same numbers everywhere (Knuth's MMIX constants).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x2545_f491_4f6c_dd1d)
    }

    /// A number below a limit.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit
    }

    fn pick<'p>(&mut self, pieces: &[&'p str]) -> &'p str {
        let place = self.below(pieces.len());
        pieces.get(place).copied().unwrap_or_default()
    }
}

/// A text of up to so many pieces: a table, a list of objects, or words, numbers and marks in any order.
pub(crate) fn text(seed: u64, most: usize) -> String {
    let mut dice = Dice::new(seed);
    let pieces = 1 + dice.below(most);
    match dice.below(8) {
        0 => table(&mut dice, pieces),
        1 => objects(&mut dice, pieces),
        2 => signs_in_prose(&mut dice, pieces),
        _ => anything(&mut dice, pieces),
    }
}

fn anything(dice: &mut Dice, pieces: usize) -> String {
    let mut text = String::new();
    for _ in 0..pieces {
        match dice.below(9) {
            0 | 1 => text.push_str(dice.pick(IDENTIFIERS)),
            2 => text.push_str(dice.pick(WORDS)),
            3 => text.push_str(dice.pick(LETTERS)),
            4 => digits(dice, &mut text),
            5 | 6 => text.push_str(dice.pick(MARKS)),
            7 => text.push_str(dice.pick(BEYOND)),
            _ => disguised(dice, &mut text),
        }
        if dice.below(3) == 0 {
            text.push(' ');
        }
    }
    text
}

fn digits(dice: &mut Dice, text: &mut String) {
    let separators = ["", "", "", "-", " ", ".", "/", ") ", " - ", "  ", ":"];
    for _ in 0..=dice.below(5) {
        let length = [1, 2, 2, 3, 3, 3, 4, 4, 5, 6, 8, 9, 10, 11, 12, 15, 16, 19, 25, 300][dice.below(20)];
        (0..length).for_each(|_| text.push(char::from(b'0' + dice.below(10) as u8)));
        text.push_str(dice.pick(&separators));
    }
}

/// An identifier in other characters.
fn disguised(dice: &mut Dice, text: &mut String) {
    let way = dice.below(7);
    for character in dice.pick(IDENTIFIERS).chars() {
        match way {
            0 => text.extend([character, '\u{200b}']),
            1 => text.extend(
                char::from_u32(u32::from(character) + 0xfee0).filter(|_| character.is_ascii_graphic()),
            ),
            2 => text.push(
                char::from_u32(u32::from(character) + 0x630)
                    .filter(|_| character.is_ascii_digit())
                    .unwrap_or(character),
            ),
            3 => text.extend([character, ' ']),
            4 => text.push_str(&format!("%{:02x}", u32::from(character))),
            5 => text.push(match character {
                '0' => 'O',
                '1' => 'l',
                '5' => 'S',
                '3' => 'З',
                '6' => 'б',
                'a' => 'а',
                other => other,
            }),
            _ => text.push_str(&format!("{:02x}", u32::from(character))),
        }
    }
}

/// Prose beyond ASCII of some length, with a sign here and there.
fn signs_in_prose(dice: &mut Dice, pieces: usize) -> String {
    let mut text = String::new();
    for _ in 0..pieces {
        let run = dice.pick(PROSE);
        (0..1 + dice.below(6)).for_each(|_| text.push_str(run));
        match dice.below(6) {
            0 => text.push_str(dice.pick(IDENTIFIERS)),
            1 => disguised(dice, &mut text),
            2 => text.push_str(dice.pick(BEYOND)),
            3 => digits(dice, &mut text),
            _ => text.push(' '),
        }
    }
    text
}

fn table(dice: &mut Dice, rows: usize) -> String {
    let delimiter = dice.pick(&[",", ";", "\t", "|", " | "]);
    let columns = 2 + dice.below(5);
    let header: Vec<&str> = (0..columns).map(|_| dice.pick(HEADERS)).collect();
    let mut text = header.join(delimiter);
    for _ in 0..rows {
        text.push('\n');
        let cells = if dice.below(12) == 0 { 1 + dice.below(7) } else { columns };
        for cell in 0..cells {
            if cell > 0 {
                text.push_str(delimiter);
            }
            let quoted = dice.below(8) == 0;
            text.push_str(if quoted { "\"" } else { "" });
            match dice.below(6) {
                0 | 1 => text.push_str(dice.pick(IDENTIFIERS)),
                2 => text.push_str(dice.pick(WORDS)),
                3 => text.push_str(dice.pick(NAMES)),
                4 => digits(dice, &mut text),
                _ => text.push_str(dice.pick(MARKS)),
            }
            text.push_str(if quoted { "\"" } else { "" });
        }
    }
    text
}

fn objects(dice: &mut Dice, objects: usize) -> String {
    let mut text = String::from("[");
    let quote = dice.pick(&["\"", "\"", "\\\""]);
    let keys: Vec<&str> = (0..1 + dice.below(5)).map(|_| dice.pick(HEADERS)).collect();
    for _ in 0..objects {
        text.push('{');
        for key in &keys {
            let value = match dice.below(3) {
                0 => dice.pick(IDENTIFIERS),
                1 => dice.pick(NAMES),
                _ => dice.pick(BEYOND),
            };
            let blank = dice.pick(&["", "", " ", "\n"]);
            text.push_str(&format!("{quote}{key}{quote}:{blank}{quote}{value}{quote},"));
        }
        text.push_str("},");
    }
    text
}

const IDENTIFIERS: &[&str] = &[
    "maria.keller@posthaus-nord.de",
    "Ines+x@GMail.com",
    "j.o.h.n@googlemail.com",
    "info@posthaus.de",
    "a@b.co",
    "x_y@z.test",
    "kéller@pöst.de",
    "user@example.com",
    "logo@2x.png",
    "https://u:p@host.org/",
    "a--b@c-d.e-f.com",
    "a@b..c",
    "A@B-.de",
    "+1 (415) 867-2309",
    "(415) 867-2309",
    "415-867-2309",
    "4158672309",
    "+49 30 901820",
    "0049 30 901820",
    "011 44 20 7946 0018",
    "+14155550123",
    "800 555 1212",
    "+33 1 23 45 67 89",
    "01 23 45 67 89",
    "030/901820",
    "+7 495 123-45-67",
    "(+49) (0) 30 901820",
    "4532015112830366",
    "4532 0151 1283 0366",
    "4532-0151-1283-0366",
    "4111111111111111",
    "378282246310005",
    "30569309025904",
    "536-48-7219",
    "536487219",
    "078-05-1120",
    "987-65-4321",
    "912-70-1234",
    "DE89370400440532013000",
    "de02 1203 0000 0000 2020 51",
    "GB33BUKB20201555555555",
    "NO9386011117947",
    "85.214.132.117",
    "192.168.1.1",
    "8.8.8.8",
    "1.2.3.4",
    "300.1.2.3",
    "203.0.113.9",
    "2a02:8108:8ac0:1::5",
    "::ffff:85.214.1.1",
    "2001:db8::1",
    "fe80::1",
    "3c:5a:b4:1f:22:10",
    "3C-5A-B4-1F-22-10",
    "02:00:00:00:00:01",
    "3c5a.b41f.2210",
    "1234.5678.9012",
    "0000.5e00.5301",
    "06:40:12",
    "12:30",
    "6d92078a-8246-4ba4-ae5b-76104861e7dc",
    "00000000-0000-0000-0000-000000000000",
    "a1b2c3d4e5f60718",
    "490154203237518",
    "35-209900-176148-1",
    "356938035643809",
    "310150123456789",
    "262011234567890",
    "52.5200, 13.4050",
    "48.858370,2.294481",
    "-33.8688 151.2093",
    "52.5200N 13.4050E",
    "0.0000, 0.0000",
    "52.520,13.405",
    "u33db8hqkz",
    "1HGCM82633A004352",
    "WVWZZZ1JZXW000001",
    "5YJ3E1EA7HF000337",
    "86095742719",
    "12345678Z",
    "12345678-Z",
    "X1234567L",
    "RSSMRA85T10A562S",
    "9434765919",
    "943 476 5919",
    "111222333",
    "811218-9876",
    "19811218-9876",
    "44051401458",
    "2345 6789 0124",
    "234567890124",
    "529.982.247-25",
    "52998224725",
    "1 51 02 46 102 043 25",
    "255081416802538",
    "184122A12345678",
    "C01X00T47",
    "123456789",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
    "IDUTOD231458907<<<<<<<<<<<<<<<",
    "M-AB 1234",
    "AB12 CDE",
    "AB-123-CD",
    "WND-AB 1234E",
    "7ABC123",
    "bWFyaWEua2VsbGVyQHBvc3RoYXVzLW5vcmQuZGU=",
    "6d617269612e6b656c6c6572406465",
    "4S32 OlS1 1283 0366",
    "2O2-555-Ol43",
    "j o h n @ x . o r g",
    "maria [at] posthaus [dot] de",
    "maria at posthaus dot de",
    "&#64;",
    "\\u0040",
    "%40",
    "\\x31",
];

const WORDS: &[&str] = &[
    "phone",
    "tel.",
    "Telefon:",
    "call",
    "SSN",
    "social security",
    "passport",
    "Reisepass",
    "imei",
    "IMSI:",
    "idfa",
    "device_id",
    "plate",
    "Kennzeichen",
    "registration",
    "VIN",
    "chassis",
    "geohash",
    "lat",
    "gps",
    "version",
    "build",
    "Steuer-ID",
    "insee",
    "DNI",
    "NHS",
    "BSN",
    "personnummer",
    "pesel",
    "Aadhaar",
    "CPF",
    "card",
    "visa",
    "mail",
    "mac",
    "hotel",
    "contact",
    "longitude",
    "lon",
    "convoy",
    "DOT",
    "AT",
];

const LETTERS: &[&str] = &[
    "a",
    "A",
    "x1",
    "B",
    "Z",
    "O",
    "l",
    "|",
    "AB",
    "abc",
    "abcdefghijkl",
    "QUFBQUFBQUFBQUFB",
    "0x",
    "ff",
    "de",
    "N",
    "W",
    "_",
    "dot",
    "name",
];

const MARKS: &[&str] = &[
    " ", "  ", ",", ";", ".", ":", "::", "-", "--", "+", "@", "@@", "/", "//", "(", ")", "<", "<<", "\"",
    "'", "|", "%", "&", "\\", "#", "$", "_", "=", "\n", "\r\n", "\t", "{", "}", "[", "]", "~", "*", "\u{0}",
    "\u{7f}",
];

const BEYOND: &[&str] = &[
    "é",
    "ß",
    "’",
    "—",
    "б",
    "З",
    "а",
    "ж",
    "що",
    "ο",
    "σ",
    "λόγος",
    "م",
    "٣",
    "۷",
    "।",
    "३",
    "中",
    "。",
    "，",
    "２",
    "＠",
    "．",
    "🙂",
    "𝟗",
    "𝐚",
    "①",
    "²",
    "\u{ad}",
    "\u{200b}",
    "\u{200d}",
    "\u{202e}",
    "\u{202c}",
    "\u{feff}",
    "\u{fe0f}",
    "\u{e0031}",
    "\u{e0142}",
    "\u{301}",
    "한",
    "か",
    "\u{a0}",
    "×",
    "ـ",
    "Ⅳ",
    "㎏",
    "\u{1f1e6}",
    "\u{f8ff}",
    "\u{10ffff}",
    "ǃ",
    "ȝ",
    "੦",
    "៣",
];

const PROSE: &[&str] = &[
    "жил да был ",
    "коробка, была ",
    "ббб",
    "ж",
    "привет",
    "où est l’été, déjà ",
    "grüße aus köln ",
    "كانت الرسالة ",
    "गाँव में बारह ",
    "北面渡口的仓库里，",
    "한국어 문장은 ",
    "λόγος και ",
    "plain words of English prose and ",
    "ы",
    "з",
    "œuvre — «été» ",
    "日本語の文。",
    "x",
    "пароход ",
];

const HEADERS: &[&str] = &[
    "id",
    "name",
    "Name",
    "first_name",
    "last name",
    "surname",
    "email",
    "phone",
    "ssn",
    "passport_no",
    "imei",
    "bsn",
    "nhs",
    "plate",
    "dob",
    "ip",
    "card",
    "cardholder_name",
    "note",
    "nombre",
    "user",
    "tax id",
    "pesel",
    "lat",
    "version",
    "téléphone",
    "",
    "_x",
];

const NAMES: &[&str] = &[
    "Ines Moreau",
    "  Keller ",
    "Ünal, Ayşe",
    "O'Neil",
    "x",
    "",
    "Dr. 7",
    "Jean\u{b}Luc",
    "Мария",
    "drill",
    "AB 12",
];
