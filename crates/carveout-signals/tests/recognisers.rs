//! What is recognised, what only looks like it, and what is kept for documentation: a row for each.

use carveout_signals::{Confidence, Evidence, Kind, Region, Scanner};

/// Findings as text: kind, canonical form, and a question mark for what is only possible.
fn shown(evidence: &Evidence) -> Vec<String> {
    let one = |finding: &carveout_signals::Finding| {
        let doubt = if finding.confidence == Confidence::Possible { "?" } else { "" };
        format!("{}={}{doubt}", finding.kind, finding.canonical.as_str())
    };
    evidence.findings.iter().map(one).collect()
}

#[track_caller]
fn check(scanner: &Scanner, rows: &[(&str, &[&str])]) {
    let mut wrong = Vec::new();
    for (text, expected) in rows {
        let found = shown(&scanner.scan(text));
        if found != *expected {
            wrong.push(format!("{text:?}\n   found {found:?}\n  wanted {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn addresses_are_found_and_what_looks_like_them_is_not() {
    check(
        &Scanner::default(),
        &[
            ("write to Maria.Keller@posthaus-nord.de, please", &["email=maria.keller@posthaus-nord.de"]),
            ("m.keller+news@posthaus-nord.de", &["email=m.keller@posthaus-nord.de"]),
            ("<mailto:j.doe42@gmail.com>", &["email=jdoe42@gmail.com"]),
            ("J.Doe.42@googlemail.com.", &["email=jdoe42@gmail.com"]),
            ("'otto@mail.posthaus-nord.co.uk'", &["email=otto@mail.posthaus-nord.co.uk"]),
            ("jörg@müllerhaus-nord.de", &["email=jörg@xn--mllerhaus-nord-gsb.de"]),
            ("“ines@posthaus-nord.de”", &["email=ines@posthaus-nord.de"]),
            ("?email=ines%2Bx@posthaus-nord.de&x=1", &["email=ines@posthaus-nord.de"]),
            ("info@posthaus-nord.de", &["email=info@posthaus-nord.de?"]),
            ("git@forge-nord.dev:team/repo.git", &["email=git@forge-nord.dev?"]),
            ("logo@2x.png and sprite@3x.webp", &[]),
            ("pip install thing@1.2.3", &[]),
            ("https://user:pw@posthaus-nord.de/x", &[]),
            ("@app.route and a @ b", &[]),
            ("a@b", &[]),
            ("someone@example.com, x@mail.example.org, y@host.test, z@thing.invalid", &[]),
            ("double..dot@x..de", &[]),
        ],
    );
}

#[test]
fn telephones_are_found_however_they_are_written() {
    check(
        &Scanner::default(),
        &[
            ("call +1 (415) 867-2309 now", &["phone=+14158672309"]),
            ("(415) 867-2309", &["phone=+14158672309"]),
            ("415.867.2309", &["phone=+14158672309"]),
            ("1-415-867-2309", &["phone=+14158672309"]),
            ("phone: 4158672309", &["phone=+14158672309"]),
            ("4158672309", &["phone=+14158672309?"]),
            ("001 415 867 2309", &["phone=+14158672309"]),
            ("+49 (0)30 9018 2275", &["phone=+493090182275"]),
            ("+493090182275", &["phone=+493090182275"]),
            ("011 44 20 7946 8123", &["phone=+442079468123"]),
            ("tel:+33612345678", &["phone=+33612345678"]),
            ("0039 06 698 12345", &["phone=+390669812345"]),
            ("+1 800 867 2309", &["phone=+18008672309?"]),
            // Fiction, unassigned, too short, too long, and other things with digits.
            ("+1 202-555-0143 and (202) 555-0199", &[]),
            ("+1 115 867 2309", &[]),
            ("+999 1234 5678", &[]),
            ("+49 30", &[]),
            ("+1 415 867 23091", &[]),
            ("2024-06-30 12:30:59", &[]),
            ("invoice 2024/118842", &[]),
            ("order #4158672309", &[]),
            ("INV-4158672309", &[]),
            ("$4158672309", &[]),
            ("3.14159265358979", &[]),
            ("items 12 14 16 18 20", &[]),
        ],
    );
    check(
        &Scanner::new(Region::De),
        &[("Tel. 030 90182275", &["phone=+493090182275"]), ("030/9018-2275", &["phone=+493090182275"])],
    );
    check(
        &Scanner::new(Region::Fr),
        &[("06 12 34 56 78", &["phone=+33612345678"]), ("06.12.34.56.78", &["phone=+33612345678"])],
    );
    check(&Scanner::new(Region::Gb), &[("Call 020 7946 8123", &["phone=+442079468123"])]);
    check(&Scanner::new(Region::It), &[("tel. 06 698 12345", &["phone=+390669812345"])]);
}

#[test]
fn money_and_papers() {
    check(
        &Scanner::default(),
        &[
            ("card 4532 0151 1283 0366 exp 12/27", &["card=4532015112830366"]),
            ("4532-0151-1283-0366", &["card=4532015112830366"]),
            ("4532015112830366", &["card=4532015112830366"]),
            ("3712 345678 90120", &["card=371234567890120"]),
            ("2223 1234 5678 9012", &["card=2223123456789012"]),
            ("4532 0151 1283 0367", &[]),
            ("4111 1111 1111 1111 or 4242424242424242", &[]),
            ("1234 5678 9012 3456", &[]),
            ("DE44 5001 0517 5407 3249 31", &["iban=DE44500105175407324931"]),
            ("iban de44500105175407324931.", &["iban=DE44500105175407324931"]),
            ("GB26 MIDL 4005 1512 3456 74", &["iban=GB26MIDL40051512345674"]),
            ("NO6686011117948", &["iban=NO6686011117948"]),
            ("FR84 2004 1010 0505 0001 3M02 607", &["iban=FR8420041010050500013M02607"]),
            ("DE44 5001 0517 5407 3249 32", &[]),
            ("DE89 3704 0044 0532 0130 00", &[]),
            ("SSN 536-48-7219", &["ssn=536487219"]),
            ("536-48-7219", &["ssn=536487219"]),
            ("ssn: 536487219", &["ssn=536487219"]),
            ("ITIN 912-78-3456", &["ssn=912783456"]),
            ("536487219", &[]),
            ("000-12-3456, 666-12-3456, 536-00-1234, 536-12-0000, 900-12-3456", &[]),
            ("078-05-1120 and 987-65-4321", &[]),
            ("passport no. C4T7K9R2X", &["passport=C4T7K9R2X"]),
            ("US passport 548291736", &["passport=548291736"]),
            ("part C4T7K9R2X", &[]),
            ("C4T7K9R2<8D<<8405128M3001019<<<<<<<<<<<<<<00", &["passport=C4T7K9R2"]),
            ("C4T7K9R2<8D<<8405129M3001019<<<<<<<<<<<<<<00", &[]),
            ("IDD<<T220001293<<<<<<<<<<<<<<<", &["passport=T22000129"]),
            ("L898902C36UTO7408122F1204159ZE184226B<<<<<10", &[]),
        ],
    );
}

#[test]
fn devices_vehicles_and_places() {
    check(
        &Scanner::default(),
        &[
            ("IMSI 310150123456789", &["imsi=310150123456789"]),
            ("310150123456789", &[]),
            ("imsi=001010123456789", &[]),
            ("IMEI: 351848106249730", &["imei=35184810624973"]),
            ("imei 35-184810-624973-0", &["imei=35184810624973"]),
            ("351848106249730", &[]),
            ("imei 351848106249731", &[]),
            ("imei 490154203237518", &[]),
            ("3c:5a:b4:1f:09:e7", &["mac=3c5ab41f09e7"]),
            ("3C-5A-B4-1F-09-E7", &["mac=3c5ab41f09e7"]),
            ("3c5a.b41f.09e7", &["mac=3c5ab41f09e7"]),
            ("ac:de:fa:ca:de:bc", &["mac=acdefacadebc"]),
            ("da:a1:19:4e:02:77", &["mac=daa1194e0277?"]),
            ("00:00:5e:00:53:af, ff:ff:ff:ff:ff:ff, 01:00:5e:00:00:01", &[]),
            ("3c:5a:b4:1f:09", &[]),
            ("from 84.17.52.9 port 22", &["ip=84.17.52.9"]),
            ("10.1.2.3, 192.168.0.1, 172.16.9.9, 127.0.0.1, 100.64.1.1, 169.254.1.1, 0.0.0.0", &[]),
            ("192.0.2.44, 198.51.100.7, 203.0.113.5, 8.8.8.8", &[]),
            ("version 84.17.52.9", &["ip=84.17.52.9?"]),
            ("84.17.52.999 and 84.17.52", &[]),
            ("2a01:4f8:c2c:123f::1", &["ip=2a01:4f8:c2c:123f::1"]),
            ("2A01:04F8:0C2C:123F:0:0:0:1", &["ip=2a01:4f8:c2c:123f::1"]),
            ("::ffff:84.17.52.9", &["ip=84.17.52.9"]),
            ("fe80::1, ::1, 2001:db8::1, std::fmt::Debug, 12:30:59", &[]),
            ("IDFA 6D92078A-8246-4BA4-AE5B-76104861E7DC", &["device_id=6d92078a82464ba4ae5b76104861e7dc"]),
            ("request 6D92078A-8246-4BA4-AE5B-76104861E7DC", &[]),
            ("idfa 00000000-0000-0000-0000-000000000000", &[]),
            ("android_id=9774d56d682e549c", &["device_id=9774d56d682e549c"]),
            ("licence plate 7KLM482", &["plate=7KLM482"]),
            ("Kennzeichen B-MW 1274", &["plate=BMW1274"]),
            ("plate AB-342-KD seen", &["plate=AB342KD"]),
            ("registration KX61 RPT.", &["plate=KX61RPT"]),
            ("part AB-342-KD", &[]),
            ("plate of 12 biscuits", &[]),
            ("VIN 2FMDK3GC1BBA12345", &["vin=2FMDK3GC1BBA12345"]),
            ("5YJSA1E2XHF187654", &["vin=5YJSA1E2XHF187654"]),
            ("2FMDK3GC2BBA12345", &[]),
            ("chassis WVWZZZ1JZ3W386752", &["vin=WVWZZZ1JZ3W386752"]),
            ("1M8GDM9AXKP042788", &[]),
            ("at 48.85837, 2.29448 today", &["place=48.8584,2.2945"]),
            ("lat: -33.857, lon: 151.215", &["place=-33.8570,151.2150"]),
            (r#"{"lat": 48.85837, "lng": 2.29448}"#, &["place=48.8584,2.2945"]),
            ("40.7484N 73.9857W", &["place=40.7484,-73.9857"]),
            ("0.123, 0.456", &[]),
            ("98.12345, 2.12345", &[]),
            ("geohash u09tunquc", &["place=u09tunqu"]),
            ("hash u09tunquc", &[]),
        ],
    );
}

#[test]
fn national_numbers_need_their_checksum_and_weak_ones_a_word() {
    check(
        &Scanner::default(),
        &[
            ("Steuer-ID 29543718024", &["national_id=de:29543718024"]),
            ("29 543 718 024", &["national_id=de:29543718024"]),
            ("Steuer-ID 29543718025, Steuer-ID 02476291358", &[]),
            ("Steuer-ID 86095742719", &[]),
            ("NIR 1 85 05 78 006 084 91", &["national_id=fr:185057800608491"]),
            ("185057800608491", &["national_id=fr:185057800608491"]),
            ("285052A00608482", &["national_id=fr:285052A00608482"]),
            ("185057800608492 or 185137800608491", &[]),
            ("DNI 54362315K", &["national_id=es:54362315K"]),
            ("54362315-K", &["national_id=es:54362315K"]),
            ("Y2345678Z", &["national_id=es:Y2345678Z"]),
            ("54362315L, 12345678Z, X1234567L", &[]),
            ("VRDLGI74B12L219D", &["national_id=it:VRDLGI74B12L219D"]),
            ("VRDLGI74B12L219E, RSSMRA85T10A562S", &[]),
            ("NHS number 485 777 3457", &["national_id=gb:4857773457"]),
            ("NHS 4857773458, NHS 943 476 5919", &["phone=+14857773458?"]),
            ("BSN 214365876", &["national_id=nl:214365876"]),
            ("BSN 214365877, BSN 111222333", &[]),
            ("214365876", &[]),
            ("850709-9128", &["national_id=se:8507099128"]),
            ("personnummer 198507099128", &["national_id=se:8507099128"]),
            ("850709-9129, 851309-9128", &[]),
            ("PESEL 92031517422", &["national_id=pl:92031517422"]),
            ("92031517422", &["national_id=pl:92031517422?"]),
            ("PESEL 92031517423, PESEL 44051401458", &[]),
            ("2341 2341 2346", &["national_id=in:234123412346"]),
            ("Aadhaar 498756102936", &["national_id=in:498756102936"]),
            ("498756102936, 2341 2341 2347, Aadhaar 999999990019", &[]),
            ("390.533.447-05", &["national_id=br:39053344705"]),
            ("CPF 84736251026", &["national_id=br:84736251026"]),
            ("390.533.447-06, 111.111.111-11, 123.456.789-09", &[]),
        ],
    );
}

#[test]
fn names_are_counted_in_columns_and_members_only() {
    let scanner = Scanner::default();
    check(
        &scanner,
        &[
            (
                "id,first_name,last_name,city\n1,Ines,Moreau,Lyon\n2,Otto,Brandt,Kiel\n",
                &["name=ines moreau", "name=otto brandt"],
            ),
            ("| Full name | Age |\n|---|---|\n| Ines Moreau | 41 |\n", &["name=ines moreau"]),
            ("name;phone\nInes Moreau;4158672309\n", &["name=ines moreau", "phone=+14158672309"]),
            ("name,price\nLamp,12\nDesk,240\n", &[]),
            (r#"[{"first_name":"Ines","last_name":"Moreau"}]"#, &["name=ines moreau"]),
            (r#"{"name": "lookup", "arguments": {}}"#, &[]),
            (
                r#"{"name": "Ines Moreau", "mail": "i.moreau@posthaus-nord.fr"}"#,
                &["name=ines moreau", "email=i.moreau@posthaus-nord.fr"],
            ),
            ("My name is Ines Moreau, and yours, Otto?", &[]),
        ],
    );
    let law = "| Call | Position |\n|---|---|\n| 3.1 | permitted |\n";
    assert!(scanner.scan(law).people.is_empty(), "words in a header alone make no persons");
    let table = "name,plate,ssn\nA Moreau,7KLM482,536487219\nB Brandt,,\nC Weiss,7KLM483,\n";
    let evidence = scanner.scan(table);
    let people = evidence.people.first().unwrap();
    assert_eq!((people.rows, people.unidentified), (3, 1));
    let persons = evidence.persons();
    assert_eq!((persons.lower, persons.upper), (3, 4), "three names; two plates, a number and a row of none");
}

#[test]
fn reserved_ranges_are_found_when_samples_are_wanted() {
    check(
        &Scanner::default().with_reserved(),
        &[
            ("someone@example.com", &["email=someone@example.com"]),
            ("+1 (202) 555-0143", &["phone=+12025550143"]),
            ("4111 1111 1111 1111", &["card=4111111111111111"]),
            ("DE89 3704 0044 0532 0130 00", &["iban=DE89370400440532013000"]),
            ("203.0.113.5", &["ip=203.0.113.5"]),
        ],
    );
}

#[test]
fn one_person_is_one_however_the_number_is_spelt() {
    let scanner = Scanner::default().with_reserved();
    let text = "+1 (202) 555-0143\n2025550143\n001 202 555 0143\n+1.202.555.0143\n２０２-５５５-０１４３\n\
                phone ٢٠٢٥٥٥٠١٤٣\n2O2-555-O143\n2 0 2 5 5 5 0 1 4 3\n%2B1 202 555 0143\n";
    let evidence = scanner.scan(text);
    assert_eq!(evidence.findings.len(), 9, "{:#?}", shown(&evidence));
    assert_eq!(evidence.findings.iter().filter(|finding| finding.kind == Kind::Phone).count(), 9);
    let persons = evidence.persons();
    assert_eq!((persons.lower, persons.upper), (1, 1));
}
