//! What is found as if a recogniser weren't there: the others have their say about what it would have found.

use carveout_signals::{Evidence, Kind, Kinds, PersonCount, Scanner};

const TEXT: &str = "Maria.Keller@posthaus-nord.de called +1 (415) 867-2309 and paid with 4532-0151-1283-0366 from \
                    DE44 5001 0517 5407 3249 31; SSN 536-48-7219, MAC 3c:5a:b4:1d:20:7f, licence plate 7KLM482.";

fn shown(evidence: &Evidence) -> Vec<(Kind, String)> {
    evidence.findings.iter().map(|one| (one.kind, one.canonical.as_str().to_owned())).collect()
}

#[test]
fn each_kind_is_left_out_alone() {
    let all = shown(&Scanner::default().scan(TEXT));
    let kinds: Vec<Kind> = all.iter().map(|(kind, _)| *kind).collect();
    for kind in [Kind::Email, Kind::Phone, Kind::Card, Kind::Iban, Kind::Ssn, Kind::Mac, Kind::Plate] {
        assert!(kinds.contains(&kind), "{kind:?} is in the text: {all:?}");
        let scanner = Scanner::default().without(Kinds::NONE.with(kind));
        let rest = shown(&scanner.scan(TEXT));
        assert!(rest.iter().all(|(one, _)| *one != kind), "{kind:?}: {rest:?}");
        let others: Vec<_> = all.iter().filter(|(one, _)| *one != kind).collect();
        assert!(others.iter().all(|one| rest.contains(one)), "{kind:?}: {rest:?} lacks some of {others:?}");
    }
}

/// What one recogniser takes for itself is another's where that one isn't asked.
#[test]
fn what_it_would_have_taken_is_left_to_the_others() {
    let text = "his passport C01X00T47, or call 4158672309";
    let number = "device 490154203237518 subscription";
    let of = |text: &str, without: Option<Kind>| {
        let kinds = without.map_or(Kinds::NONE, |kind| Kinds::NONE.with(kind));
        shown(&Scanner::default().without(kinds).scan(text))
    };
    assert_eq!(
        of(text, Some(Kind::Email)),
        of(text, None),
        "where there is none of the kind nothing changes"
    );
    let taken =
        [number, "12345678Z", "account 371234567890120 of the device", "ssn 536487219 or passport 536487219"];
    let mut others = 0;
    for text in taken {
        for (kind, _) in of(text, None) {
            let rest = of(text, Some(kind));
            assert!(rest.iter().all(|(one, _)| *one != kind), "{text}: {rest:?}");
            others += rest.iter().filter(|one| !of(text, None).contains(one)).count();
        }
    }
    assert!(others > 0, "some place is claimed by more than one recogniser");
}

/// A row that only it identifies is a row without an identifier.
#[test]
fn rows_that_only_it_identifies_are_not_identified() {
    let table = "name,licence plate\nMaria Keller,7KLM482\nOtto Brandt,7KLM483\n";
    let count = |scanner: Scanner| {
        let mut count = PersonCount::default();
        count.add(&scanner.scan(table));
        (count.unidentified(), count.rows())
    };
    let without = Scanner::default().without(Kinds::NONE.with(Kind::Plate));
    assert_eq!((count(Scanner::default()), count(without)), ((0, 2), (2, 2)));
}
