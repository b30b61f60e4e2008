//! What fills the slots of templates.

/// A linear congruential generator (Knuth's MMIX constants).
pub(crate) struct Seed(u64);

impl Seed {
    pub(crate) fn new(seed: u64) -> Self {
        let mut seed = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(1));
        seed.below(2);
        seed
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b'0' + self.below(10) as u8)).collect()
    }

    fn pick<'p>(&mut self, of: &[&'p str]) -> &'p str {
        of[self.below(of.len() as u64) as usize]
    }

    fn letters(&mut self, count: usize, of: &str) -> String {
        let of: Vec<char> = of.chars().collect();
        (0..count).map(|_| of[self.below(of.len() as u64) as usize]).collect()
    }
}

/// Replaces `#` by a digit, `X` by a capital, `h` by a hexadecimal digit.
fn form(seed: &mut Seed, form: &str) -> String {
    form.chars()
        .map(|character| match character {
            '#' => seed.digits(1),
            'X' => seed.letters(1, "ABCDEFGHJKLMNPRSTUVWXYZ"),
            'h' => seed.letters(1, "0123456789abcdef"),
            other => other.into(),
        })
        .collect()
}

const CAPITALS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// An identifier of a recogniser's kind. Check digits are computed here, independently of the recognisers.
pub(crate) fn identifier(name: &str, seed: &mut Seed) -> String {
    match name {
        "email" => email(seed),
        "phone" => phone(seed),
        "card" => card(seed),
        "iban" => iban(seed),
        "ssn" => format!("{}-{:02}-{:04}", 100 + seed.below(500), 1 + seed.below(99), 1 + seed.below(9998)),
        "passport" => {
            let of = seed.pick(&["X########", "XX#######", "C#X##X###"]);
            form(seed, of)
        }
        "imsi" => form(seed, "310###########0"),
        "imei" => with_luhn(format!("35{}", seed.digits(12))),
        "mac" => form(seed, "3c:hh:hh:hh:hh:hh"),
        "ip" => {
            format!("{}.{}.{}.{}", 80 + seed.below(15), seed.below(256), seed.below(256), 1 + seed.below(254))
        }
        "device_id" => form(seed, "hhhhhhhh-hhhh-4hhh-ahhh-hhhhhhhhhhhh"),
        "plate" => {
            let of = seed.pick(&["#XXX###", "XX-###-XX", "XX## XXX", "X-XX ####", "XXX-####"]);
            form(seed, of)
        }
        "vin" => vin(seed),
        "place" => {
            format!("{}.{}, {}.{}", 35 + seed.below(20), seed.digits(5), 1 + seed.below(20), seed.digits(5))
        }
        "de_tax_id" => german(seed),
        "fr_nir" => french(seed),
        "es_dni" => spanish(seed),
        "it_cf" => italian(seed),
        "gb_nhs" => checked(seed, 9, british),
        "nl_bsn" => checked(seed, 8, dutch),
        "se_pnr" => {
            let date =
                format!("{:02}{:02}{:02}", 50 + seed.below(49), 1 + seed.below(12), 1 + seed.below(28));
            let number = with_luhn(format!("{date}{}", seed.digits(3)));
            format!("{}-{}", &number[..6], &number[6..])
        }
        "pl_pesel" => {
            let date =
                format!("{:02}{:02}{:02}", 50 + seed.below(49), 1 + seed.below(12), 1 + seed.below(28));
            let number = format!("{date}{}", seed.digits(4));
            let sum =
                values(&number).iter().zip([1, 3, 7, 9, 1, 3, 7, 9, 1, 3]).map(|(a, b)| a * b).sum::<u32>();
            format!("{number}{}", (10 - sum % 10) % 10)
        }
        "in_aadhaar" => aadhaar(seed),
        "br_cpf" => cpf(seed),
        other => panic!("no slot `{other}`"),
    }
}

/// Something with digits that is nobody's identifier.
pub(crate) fn other(name: &str, seed: &mut Seed) -> String {
    match name {
        "order" => form(seed, "4500######"),
        "date" => format!("20{:02}-{:02}-{:02}", 10 + seed.below(17), 1 + seed.below(12), 1 + seed.below(28)),
        "time" => format!("{:02}:{:02}:{:02}", seed.below(24), seed.below(60), seed.below(60)),
        "price" => format!("{},{}.{}", 1 + seed.below(99), seed.digits(3), seed.digits(2)),
        "version" => format!("{}.{}.{}", seed.below(20), seed.below(30), seed.below(40)),
        "uuid" => form(seed, "hhhhhhhh-hhhh-4hhh-ahhh-hhhhhhhhhhhh"),
        "hash" => form(seed, "hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh"),
        "part" => form(seed, "XX-####-##"),
        "case" => form(seed, "##-XX-#####"),
        "count" => form(seed, "###"),
        "private" => format!("10.{}.{}.{}", seed.below(256), seed.below(256), seed.below(256)),
        "wrong_card" => {
            let right = card(seed).replace(' ', "");
            let last = right.as_bytes()[15] - b'0';
            format!("{}{}", &right[..15], (last + 1 + seed.below(9) as u8) % 10)
        }
        "isbn" => form(seed, "978-3-16-######-#"),
        "example" => format!("{}@example.com", seed.letters(6, "abcdefghij")),
        other => panic!("no slot `~{other}`"),
    }
}

fn values(text: &str) -> Vec<u32> {
    text.chars().filter_map(|character| character.to_digit(10)).collect()
}

fn with_luhn(body: String) -> String {
    let sum: u32 = values(&body)
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| if place % 2 == 0 { digit * 2 / 10 + digit * 2 % 10 } else { *digit })
        .sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

fn email(seed: &mut Seed) -> String {
    let first = seed.pick(&["ines", "otto", "h.weiss", "maria_k", "r.ibarra", "tomas", "yuki.abe", "k-osei"]);
    let host = seed.pick(&["norrvik", "hollins", "puertoclaro", "dunahaz", "krone", "havsvik"]);
    let end = seed.pick(&[
        "-bygg.se",
        "-practice.uk",
        ".es",
        "-kft.hu",
        "-logistik.de",
        ".io",
        "-labs.org",
        ".co.uk",
    ]);
    format!("{first}{}@{host}{end}", seed.below(100))
}

fn phone(seed: &mut Seed) -> String {
    let (area, exchange) = (201 + seed.below(89), 220 + seed.below(300));
    let exchange = if exchange % 100 == 11 { exchange + 1 } else { exchange };
    let area = if area % 100 == 11 { area + 1 } else { area };
    let line = seed.digits(4);
    let exchange = if exchange == 555 { 556 } else { exchange };
    match seed.below(6) {
        0 => format!("({area}) {exchange}-{line}"),
        1 => format!("{area}-{exchange}-{line}"),
        2 => format!("+1 {area} {exchange} {line}"),
        3 => format!("{area}.{exchange}.{line}"),
        4 => form(seed, "+49 30 4### ####"),
        _ => form(seed, "+44 20 7### ####"),
    }
}

fn card(seed: &mut Seed) -> String {
    let number = with_luhn(format!("45{}", seed.digits(13)));
    match seed.below(3) {
        0 => number,
        _ => number
            .as_bytes()
            .chunks(4)
            .map(|four| std::str::from_utf8(four).unwrap())
            .collect::<Vec<_>>()
            .join(" "),
    }
}

/// The remainder by 97 of a number written in letters and digits.
fn remainder(text: &str) -> u64 {
    text.chars().filter_map(|character| character.to_digit(36)).fold(0, |rest, value| {
        let shift = if value > 9 { 100 } else { 10 };
        (rest * shift + u64::from(value)) % 97
    })
}

fn iban(seed: &mut Seed) -> String {
    let (country, body) = match seed.below(3) {
        0 => ("DE", seed.digits(18)),
        1 => ("GB", format!("{}{}", seed.letters(4, CAPITALS), seed.digits(14))),
        _ => ("NL", format!("{}{}", seed.letters(4, CAPITALS), seed.digits(10))),
    };
    let check = 98 - remainder(&format!("{body}{country}00"));
    let number = format!("{country}{check:02}{body}");
    match seed.below(2) {
        0 => number,
        _ => number
            .as_bytes()
            .chunks(4)
            .map(|four| std::str::from_utf8(four).unwrap())
            .collect::<Vec<_>>()
            .join(" "),
    }
}

fn vin(seed: &mut Seed) -> String {
    let value = |character: char| match character {
        '0'..='9' => character.to_digit(10).unwrap(),
        'A'..='H' => u32::from(character) - 64,
        'J'..='R' => u32::from(character) - 73,
        _ => u32::from(character) - 81,
    };
    let head = seed.letters(8, "ABCDEFGHJKLMNPRSTUVWXYZ0123456789");
    let tail = format!("{}{}", seed.letters(2, "ABCDEFGHJKLMNPRSTVWXY"), seed.digits(6));
    let weights = [8, 7, 6, 5, 4, 3, 2, 10, 9, 8, 7, 6, 5, 4, 3, 2];
    let sum: u32 =
        head.chars().chain(tail.chars()).zip(weights).map(|(one, weight)| value(one) * weight).sum();
    let check = char::from_digit(sum % 11, 10).unwrap_or('X');
    format!("{head}{check}{tail}")
}

fn german(seed: &mut Seed) -> String {
    let mut digits: Vec<u32> = (0..10).collect();
    for place in (1..10).rev() {
        digits.swap(place, seed.below(place as u64 + 1) as usize);
    }
    // One digit is left out, and another stands twice.
    digits[9] = digits[4];
    if digits[0] == 0 {
        digits.swap(0, 1);
    }
    let check = digits.iter().fold(10, |product, digit| {
        let sum = (digit + product) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    let body: String = digits.iter().map(u32::to_string).collect();
    format!("{body}{}", (11 - check) % 10)
}

fn french(seed: &mut Seed) -> String {
    let body = format!(
        "{}{:02}{:02}75{}",
        1 + seed.below(2),
        50 + seed.below(49),
        1 + seed.below(12),
        seed.digits(6)
    );
    let key = 97 - body.parse::<u64>().unwrap() % 97;
    format!("{body}{key:02}")
}

fn spanish(seed: &mut Seed) -> String {
    let number = 10_000_000 + seed.below(80_000_000);
    let letters = b"TRWAGMYFPDXBNJZSQVHLCKE";
    format!("{number}{}", char::from(letters[(number % 23) as usize]))
}

fn italian(seed: &mut Seed) -> String {
    const ODD: [u32; 26] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let body = format!(
        "{}{}{}{:02}{}{}",
        seed.letters(6, "BCDFGLMNPRSTV"),
        seed.digits(2),
        seed.letters(1, "ABCDEHLMPRST"),
        1 + seed.below(28),
        seed.letters(1, "ABCDEFGHIL"),
        seed.digits(3)
    );
    let rank = |character: char| character.to_digit(10).unwrap_or_else(|| u32::from(character) - 65);
    let value =
        |(place, one): (usize, char)| if place % 2 == 0 { ODD[rank(one) as usize] } else { rank(one) };
    let sum: u32 = body.chars().enumerate().map(value).sum();
    format!("{body}{}", char::from(b'A' + (sum % 26) as u8))
}

/// Draws digits until they have a check digit.
fn checked(seed: &mut Seed, length: usize, check: fn(&[u32]) -> Option<u32>) -> String {
    loop {
        let body = format!("{}{}", 1 + seed.below(8), seed.digits(length - 1));
        if let Some(check) = check(&values(&body)) {
            return format!("{body}{check}");
        }
    }
}

fn british(digits: &[u32]) -> Option<u32> {
    let sum: u32 = digits.iter().zip((2..=10).rev()).map(|(digit, weight)| digit * weight).sum();
    Some((11 - sum % 11) % 11).filter(|check| *check < 10)
}

fn dutch(digits: &[u32]) -> Option<u32> {
    let sum: u32 = digits.iter().zip((2..=9).rev()).map(|(digit, weight)| digit * weight).sum();
    Some(sum % 11).filter(|check| *check < 10)
}

/// Verhoeff's check digit, by the published tables; the recogniser computes the group instead.
fn aadhaar(seed: &mut Seed) -> String {
    const PRODUCT: [&[u8; 10]; 10] = [
        b"0123456789",
        b"1234067895",
        b"2340178956",
        b"3401289567",
        b"4012395678",
        b"5987604321",
        b"6598710432",
        b"7659821043",
        b"8765932104",
        b"9876543210",
    ];
    const TURNED: [&[u8; 10]; 8] = [
        b"0123456789",
        b"1576283094",
        b"5803796142",
        b"8916043527",
        b"9453126870",
        b"4286573901",
        b"2793806415",
        b"7046913258",
    ];
    let body = format!("{}{}", 2 + seed.below(7), seed.digits(10));
    let sum = values(&body).iter().rev().zip(1..).fold(0, |sum: usize, (digit, place)| {
        let turned = TURNED[place % 8][*digit as usize] - b'0';
        usize::from(PRODUCT[sum][usize::from(turned)] - b'0')
    });
    let check = PRODUCT[sum].iter().position(|product| *product == b'0').unwrap();
    format!("{} {} {}{check}", &body[..4], &body[4..8], &body[8..])
}

fn cpf(seed: &mut Seed) -> String {
    let mut number = seed.digits(9);
    for _ in 0..2 {
        let top = number.len() as u32 + 1;
        let sum: u32 =
            values(&number).iter().zip((2..=top).rev()).map(|(digit, weight)| digit * weight).sum();
        let check = if sum % 11 < 2 { 0 } else { 11 - sum % 11 };
        number = format!("{number}{check}");
    }
    format!("{}.{}.{}-{}", &number[..3], &number[3..6], &number[6..9], &number[9..])
}
