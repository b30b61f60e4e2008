//! `holds`: see what is on hold, approve it or refuse it; appoint those who may.
//!
//! An answer is signed here, with the officer's own key, over the entry as it stands in the ledger. What a gateway
//! says about a hold beside its entry is shown and not believed.

mod appoint;
mod evidence;
mod hold;
mod local;
mod remote;
mod shown;

use std::path::Path;

use carveout_ledger::{HoldAnswer, HoldId, SigningKey, Timestamp};
use miette::{IntoDiagnostic, WrapErr, miette};
use serde_json::json;

use self::{hold::Hold, local::Local, remote::Remote};
use crate::{
    cli::{Global, HoldNamed, Holds, HoldsAt},
    commands::{now, runtime},
    output::{Exit, Printer},
    workspace::signing_key,
};

pub(super) fn run(global: &Global, command: Holds, printer: &Printer) -> miette::Result<Exit> {
    match command {
        Holds::List(at) => {
            let mut holds = place(global, &at)?.list()?;
            holds.sort_by_key(|hold| hold.index);
            shown::list(printer, &holds)?;
            Ok(Exit::Yes)
        }
        Holds::Show(named) => {
            let hold = place(global, &named.at)?.show(id(&named)?)?;
            shown::one(printer, &hold)?;
            Ok(Exit::Yes)
        }
        Holds::Approve(arguments) => {
            let answer = Answer { minutes: Some(arguments.minutes), roles: &arguments.roles };
            give(global, &arguments.named, &arguments.key, &answer, printer)
        }
        Holds::Refuse(arguments) => {
            give(global, &arguments.named, &arguments.key, &Answer { minutes: None, roles: &[] }, printer)
        }
        Holds::Appoint(arguments) => appoint::run(global, &arguments, printer),
    }
}

fn id(named: &HoldNamed) -> miette::Result<HoldId> {
    named.hold.parse().into_diagnostic()
}

/// Where the holds are: at a gateway that runs, or in a workspace.
enum Place {
    Remote(Remote),
    Local(Box<Local>),
}

fn place(global: &Global, at: &HoldsAt) -> miette::Result<Place> {
    match (&at.gateway, &at.token) {
        (Some(gateway), Some(token)) => Ok(Place::Remote(Remote::new(gateway, token, &global.workspace)?)),
        (None, Some(_)) => Err(miette!("name the gateway that takes the token with `--gateway`")),
        _ => Ok(Place::Local(Box::new(Local::new(&global.workspace)?))),
    }
}

impl Place {
    fn list(&self) -> miette::Result<Vec<Hold>> {
        match self {
            Self::Remote(remote) => runtime()?.block_on(remote.list()),
            Self::Local(local) => local.list(),
        }
    }

    fn show(&self, hold: HoldId) -> miette::Result<Hold> {
        match self {
            Self::Remote(remote) => runtime()?.block_on(remote.show(hold)),
            Self::Local(local) => local.show(hold),
        }
    }

    /// Records an answer, and returns the index of its entry.
    fn answer(&self, answer: &HoldAnswer, key: &SigningKey, statement: String) -> miette::Result<u64> {
        match self {
            Self::Remote(remote) => runtime()?.block_on(remote.answer(answer, statement)),
            Self::Local(local) => runtime()?.block_on(local.answer(answer, key, statement)),
        }
    }
}

/// What an officer wants to say.
struct Answer<'a> {
    /// For how long an approval can be used; `None` refuses.
    minutes: Option<u32>,
    /// The roles to speak for; all that are missing if there are none.
    roles: &'a [String],
}

fn give(
    global: &Global,
    named: &HoldNamed,
    key: &Path,
    answer: &Answer<'_>,
    printer: &Printer,
) -> miette::Result<Exit> {
    let key = signing_key(key)?;
    let place = place(global, &named.at)?;
    let hold = place.show(id(named)?)?;
    if hold.is_over() {
        return Err(miette!("`{}` has ended: it is {}", hold.id, hold.state));
    }
    let roles = roles(&hold, &key, &place, answer)?;
    let until = answer.minutes.map(|minutes| {
        let wanted = now().millis().saturating_add(i64::from(minutes) * 60_000);
        Timestamp::from_millis(wanted).min(hold.until)
    });
    let signed = HoldAnswer { hold: hold.id, held: hold.leaf, roles, until };
    let statement = signed.sign(&key).into_diagnostic().wrap_err("the answer can't be signed")?;
    let index = place.answer(&signed, &key, statement.clone())?;
    let verb = if until.is_some() { "approved" } else { "refused" };
    if printer.json() {
        let document = json!({
            "hold": hold.id.to_string(), "answer": verb, "roles": signed.roles, "signer": key.name(),
            "until": until.map(|until| until.to_string()), "index": index, "statement": statement,
        });
        printer.document(if until.is_some() { "holds approve" } else { "holds refuse" }, &document)?;
    } else {
        printer.line(format_args!("{} {verb} {} as {}", key.name(), hold.id, signed.roles.join(", ")));
        if let Some(until) = until {
            printer.line(format_args!("it can be collected once until {until}"));
        }
        printer.note(format_args!("recorded as entry {index}"));
    }
    Ok(Exit::Yes)
}

/// The roles to sign for: those that were named, or all that this officer has and the hold still waits for.
fn roles(hold: &Hold, key: &SigningKey, place: &Place, answer: &Answer<'_>) -> miette::Result<Vec<String>> {
    if !answer.roles.is_empty() {
        return Ok(answer.roles.to_vec());
    }
    let own = match place {
        Place::Remote(_) => hold.yours.clone(),
        Place::Local(local) => local.may_lift(hold, key)?,
    };
    let wanted = |role: &&String| answer.minutes.is_none() || hold.missing.contains(role);
    let roles: Vec<String> = own.iter().filter(wanted).cloned().collect();
    if roles.is_empty() {
        let (hold, waits) = (hold.id, hold.decided.roles.join(", "));
        return Err(if own.is_empty() {
            let help =
                "the officer has none of these roles, or asks for its program himself (two-person rule)";
            miette!(help = help, "`{hold}` waits for {waits}, and not for this officer")
        } else {
            let help = "`carveout holds refuse` still takes it back";
            miette!(help = help, "`{hold}` is approved already as {}", own.join(", "))
        });
    }
    Ok(roles)
}
