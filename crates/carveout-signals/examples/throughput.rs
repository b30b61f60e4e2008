//! How fast texts are read, on one core, with all recognisers on.
//!
//! `cargo run --release -p carveout-signals --example throughput`, with a word for one of the texts only

#![allow(clippy::print_stdout, reason = "a measurement is printed")]

use std::{fmt::Write as _, fs, hint::black_box};

use carveout_signals::{PersonCount, Scanner, tripwire::Tripwire};

/// Bytes of each text, which is scanned in prompts of `PROMPT` bytes.
const BYTES: usize = 8 << 20;
const PROMPT: usize = 64 << 10;
const ROUNDS: usize = 9;
/// How often a text is read in a round: the kernel counts processor time by steps of some milliseconds.
const TIMES: usize = 8;

fn main() {
    let scanner = Scanner::default();
    let only = std::env::args().nth(1).unwrap_or_default();
    println!("| text | MB/s | findings in a MB |");
    println!("|---|---|---|");
    for (name, text) in [
        ("prose, English, ASCII", prose(PLAIN)),
        ("prose, English, with typographic quotes and dashes", prose(TYPESET)),
        ("prose, French", prose(FRENCH)),
        ("prose, Russian", prose(RUSSIAN)),
        ("records, an identifier every 18 bytes", records()),
        ("JSON of records, one every 46 bytes", json()),
        ("log lines, one every 75 bytes", log()),
    ]
    .into_iter()
    .filter(|(name, _)| name.contains(&only))
    {
        let text = text.as_str();
        let mut rates: Vec<f64> = (0..ROUNDS)
            .map(|_| {
                let start = processor_seconds();
                for prompt in (0..TIMES).flat_map(|_| prompts(text)) {
                    black_box(scanner.scan(black_box(prompt)));
                }
                (TIMES * text.len()) as f64 / (processor_seconds() - start) / 1e6
            })
            .collect();
        rates.sort_by(f64::total_cmp);
        let rate = rates.get(ROUNDS / 2).copied().unwrap_or_default();
        let found = prompts(text).map(|prompt| scanner.scan(prompt).findings.len()).sum::<usize>() as f64
            / (text.len() as f64 / 1e6);
        println!("| {name} | {rate:.0} | {found:.0} |");
    }
    let prompt = prose(PLAIN).get(..2048).unwrap_or_default().to_owned();
    let chat = first_bytes(&CHAT.join(" ").repeat(4), 2048).to_owned();
    let wire = Tripwire::embedded();
    let scan = microseconds(|| {
        black_box(scanner.scan(black_box(&prompt)));
    });
    let read = microseconds(|| {
        black_box(wire.read(black_box(&prompt)));
    });
    println!("\nA prompt of 2 KB takes {scan:.1} us, and {read:.1} us more for the tripwire.");
    let all = microseconds(|| {
        let (seen, reading) = wire.scan(&scanner, black_box(&chat));
        let mut count = PersonCount::default();
        count.add(&seen);
        black_box((count.persons(), reading.raised().count()));
    });
    println!(
        "Chat of 2 KB with an address, a telephone number and a line of code: {all:.1} us for everything that is done with a \
         text: all recognisers, all views, the tripwire on each that decodes, and the bounds of persons."
    );
}

/// Microseconds of processor for a call: the median of several rounds.
fn microseconds(mut call: impl FnMut()) -> f64 {
    const CALLS: u32 = 10_000;
    let mut rounds: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let start = processor_seconds();
            (0..CALLS).for_each(|_| call());
            (processor_seconds() - start) * 1e6 / f64::from(CALLS)
        })
        .collect();
    rounds.sort_by(f64::total_cmp);
    rounds.get(ROUNDS / 2).copied().unwrap_or_default()
}

/// About so many bytes of a text.
fn first_bytes(text: &str, bytes: usize) -> &str {
    let end = (0..4).map(|less| bytes - less).find(|place| text.is_char_boundary(*place));
    text.get(..end.unwrap_or(0)).unwrap_or_default()
}

/// A text in parts of about the same length, cut after lines.
fn prompts(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let from = (0..4)
            .map(|more| PROMPT + more)
            .find(|place| rest.is_char_boundary(*place))
            .unwrap_or(rest.len());
        let cut =
            rest.get(from..).and_then(|tail| tail.find(['\n', '}'])).map_or(rest.len(), |end| from + end + 1);
        let (prompt, after) = rest.split_at(cut.min(rest.len()));
        rest = after;
        (!prompt.is_empty()).then_some(prompt)
    })
}

/// Seconds that this thread spent on a processor: other work on the machine doesn't count.
fn processor_seconds() -> f64 {
    let spent = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds: f64 = spent.split(' ').next().and_then(|word| word.parse().ok()).unwrap_or_default();
    nanoseconds / 1e9
}

/// Sentences repeated in a changing order, so that no branch is learnt.
fn prose(sentences: &[&str]) -> String {
    let mut text = String::with_capacity(BYTES + 512);
    let mut seed = 7_u64;
    while text.len() < BYTES {
        text.push_str(sentences.get(pick(&mut seed, sentences.len())).copied().unwrap_or_default());
        text.push(if seed.is_multiple_of(7) { '\n' } else { ' ' });
    }
    text
}

/// A step of a linear congruential generator (Knuth's MMIX constants).
fn pick(seed: &mut u64, below: usize) -> usize {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    ((*seed >> 33) as usize) % below
}

fn number(seed: &mut u64, digits: u32) -> String {
    let mut text = String::new();
    for _ in 0..digits {
        let _ = write!(text, "{}", pick(seed, 10));
    }
    text
}

fn records() -> String {
    let mut text = String::from("id,email,phone,ip,ssn,card\n");
    let mut seed = 11;
    while text.len() < BYTES {
        let id = number(&mut seed, 6);
        let _ = writeln!(
            text,
            "{id},user{}@posthaus-{}.de,+1 {}-{}-{},{}.{}.{}.{},{}-{}-{},{}",
            number(&mut seed, 4),
            pick(&mut seed, 90),
            200 + pick(&mut seed, 700),
            200 + pick(&mut seed, 700),
            number(&mut seed, 4),
            1 + pick(&mut seed, 220),
            pick(&mut seed, 250),
            pick(&mut seed, 250),
            pick(&mut seed, 250),
            100 + pick(&mut seed, 500),
            10 + pick(&mut seed, 80),
            1000 + pick(&mut seed, 8000),
            card(&mut seed),
        );
    }
    text
}

/// Lines of a web server's log, with an address of the Internet and an e-mail address in each.
fn log() -> String {
    let mut text = String::new();
    let mut seed = 17;
    while text.len() < BYTES {
        let _ = writeln!(
            text,
            "{}.{}.{}.{} - - [12/Mar/2024:06:{}:{} +0000] \"GET /orders/{}?page={} HTTP/1.1\" 200 {} user=ines{}@posthaus-{}.de took {} ms",
            1 + pick(&mut seed, 220),
            pick(&mut seed, 250),
            pick(&mut seed, 250),
            pick(&mut seed, 250),
            10 + pick(&mut seed, 50),
            10 + pick(&mut seed, 50),
            number(&mut seed, 6),
            pick(&mut seed, 30),
            pick(&mut seed, 90_000),
            number(&mut seed, 4),
            pick(&mut seed, 90),
            pick(&mut seed, 900),
        );
    }
    text
}

/// A card number that passes Luhn.
fn card(seed: &mut u64) -> String {
    let mut text = format!("4532{}", number(seed, 11));
    let double = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let digits = text.chars().filter_map(|character| character.to_digit(10)).enumerate();
    let sum: u32 = digits.map(|(place, digit)| if place % 2 == 0 { double(digit) } else { digit }).sum();
    let _ = write!(text, "{}", (10 - sum % 10) % 10);
    text
}

fn json() -> String {
    let mut text = String::from("[");
    let mut seed = 13;
    while text.len() < BYTES {
        let _ = write!(
            text,
            r#"{{"first_name":"Ines{}","last_name":"Moreau","email":"ines{}@posthaus-nord.de","phone":"({}) {}-{}","mac":"3c:5a:b4:1f:{}:{}"}},"#,
            pick(&mut seed, 99),
            number(&mut seed, 5),
            200 + pick(&mut seed, 700),
            200 + pick(&mut seed, 700),
            number(&mut seed, 4),
            10 + pick(&mut seed, 80),
            10 + pick(&mut seed, 80),
        );
    }
    text.push(']');
    text
}

const PLAIN: &[&str] = &[
    "The convoy needs forty spare filters by Thursday, and the depot at the northern crossing has only twelve of them left.",
    "Plan the transfer so that no vehicle waits longer than two hours at any gate, and list what remains to be ordered afterwards.",
    "In 1998 the committee met 14 times; its report of June 2003 recommends that maintenance be done before the rainy season.",
    "Nobody in the office could say why the letter had been sent to the wrong address, or who had asked for it in the first place.",
    "When the wind turned, the smell of the harbour came up the hill, and with it the sound of the engines that were being tested.",
    "A good summary names the question first, then what is known, then what is doubtful, and it says so in as few words as it can.",
    "The price rose from 12.50 to 14.75 within a week (about 18 per cent), which the ministry explained with the closing of the canal.",
    "Please compare the two drafts and tell me which of the clauses differ; I don't need the wording, only the effect.",
];

/// What people write to an assistant.
const CHAT: &[&str] = &[
    "Hi! Could you help me answer this? It’s from a colleague in the Lyon office, and I’d like to be polite but short.",
    "\"Dear all, the pumps of line 4 stood still from 06:40 to 09:15 on 12 March; we lost about 1,350 units.",
    "Please send the new plan to ines.moreau@posthaus-nord.de before Friday, or call me: (415) 867-2309.\"",
    "I think the reason was the valve that we ordered in 2023 — part 7731-B, version 2.4.1 — but I’m not sure.",
    "What I need: 1) a friendly reply, 2) a table with what happened when, 3) two questions that I should ask.",
    "The script that reads the sensor prints `if reading[i] > limit * 1.25 { retry(i, 3); }` and then stops.",
    "By the way, is it normal that the log says \"timeout after 30000 ms\" every night at about three o’clock?",
];

const TYPESET: &[&str] = &[
    "The convoy’s spare filters are due by Thursday, and the depot at the northern crossing has only twelve of them left.",
    "“Plan the transfer,” she wrote, “so that no vehicle waits longer than two hours at any gate, and list what’s to be ordered.”",
    "In 1998 the committee met 14 times; its report of June 2003 recommends that maintenance be done before the rainy season.",
    "Nobody in the office could say why the letter had been sent to the wrong address — or who had asked for it in the first place.",
    "When the wind turned, the smell of the harbour came up the hill, and with it the sound of the engines that were being tested.",
    "A good summary names the question first, then what is known, then what is doubtful, and it says so in as few words as it can.",
];

const FRENCH: &[&str] = &[
    "Le dépôt situé près de la frontière n’a plus que douze filtres, et le convoi en réclame quarante avant la fin de la semaine.",
    "Personne, à la préfecture, n’a su dire pourquoi la lettre avait été envoyée à une autre adresse que celle du propriétaire.",
    "Quand le vent tourna, l’odeur du port monta jusqu’à la colline, et avec elle le bruit des moteurs que l’on mettait à l’épreuve.",
];

const RUSSIAN: &[&str] = &[
    "На складе у северной переправы осталось только двенадцать фильтров, а колонне к четвергу нужно сорок.",
    "Никто в конторе не мог сказать, почему письмо отправили по другому адресу и кто вообще об этом просил.",
    "Когда ветер переменился, запах гавани поднялся на холм, а вместе с ним и шум моторов, которые там испытывали.",
];
