//! The texts that are read: prose of several languages and scripts, and records full of identifiers.

use std::fmt::Write as _;

/// Bytes of each text.
const BYTES: usize = 8 << 20;

/// All of them, with what they are called in the table.
pub(crate) fn all() -> Vec<(&'static str, String)> {
    vec![
        ("prose, English, ASCII", english()),
        ("prose, English, with typographic quotes and dashes", prose(TYPESET)),
        ("prose, French", prose(FRENCH)),
        ("prose, German", prose(GERMAN)),
        ("prose, Russian", prose(RUSSIAN)),
        ("prose, Arabic", prose(ARABIC)),
        ("prose, Hindi", prose(HINDI)),
        ("prose, Chinese", prose(CHINESE)),
        ("records, an identifier every 18 bytes", records()),
        ("JSON of records, one every 46 bytes", json()),
        ("log lines, one every 75 bytes", log()),
    ]
}

/// English prose in ASCII.
pub(crate) fn english() -> String {
    prose(PLAIN)
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
pub(crate) const CHAT: &[&str] = &[
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

const GERMAN: &[&str] = &[
    "Im Lager an der nördlichen Überfahrt liegen nur noch zwölf Filter, und die Kolonne braucht bis Donnerstag vierzig davon.",
    "Niemand im Büro konnte sagen, warum der Brief an eine falsche Anschrift ging und wer überhaupt danach gefragt hatte.",
    "Als der Wind umschlug, zog der Geruch des Hafens den Hügel hinauf, und mit ihm der Lärm der Motoren, die man dort prüfte.",
];

const ARABIC: &[&str] = &[
    "لم يبق في المستودع عند المعبر الشمالي سوى اثني عشر مرشحا، والقافلة تحتاج إلى أربعين قبل يوم الخميس.",
    "لم يستطع أحد في المكتب أن يقول لماذا أرسلت الرسالة إلى عنوان آخر، ولا من الذي طلب ذلك أصلا.",
    "وعندما تغير اتجاه الريح صعدت رائحة الميناء إلى التل، ومعها ضجيج المحركات التي كانت تختبر هناك.",
];

const HINDI: &[&str] = &[
    "उत्तरी घाट के गोदाम में अब केवल बारह फ़िल्टर बचे हैं, और काफ़िले को गुरुवार तक चालीस चाहिए।",
    "दफ़्तर में कोई नहीं बता सका कि चिट्ठी किसी और पते पर क्यों भेजी गई और यह किसने कहा था।",
    "जब हवा का रुख़ बदला तो बंदरगाह की गंध पहाड़ी तक आ गई, और उसके साथ उन इंजनों का शोर भी जो वहाँ जाँचे जा रहे थे।",
];

const CHINESE: &[&str] = &[
    "北面渡口的仓库里只剩下十二个滤芯，而车队在星期四之前需要四十个。",
    "办公室里没有人能说清楚，为什么那封信被寄到了另一个地址，又是谁提出这个要求的。",
    "风向一转，港口的气味便飘上山来，随之而来的还有那边正在试验的发动机的响声。",
];
