//! A second opinion: the same questions, put to another solver.

use std::{
    io::{Read, Write},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use carveout_proof::{Prover, Script};

use super::Stop;

/// How long the other solver may think about one question, in milliseconds.
const PER_QUESTION: &str = "60000";

/// How often it is looked whether it is done, or to be stopped.
const PAUSE: Duration = Duration::from_millis(5);

/// How many questions the other solver answered alike; or why nothing is to be concluded.
pub(super) fn ask(prover: &Prover, program: &Path, stop: &Stop) -> Result<usize, String> {
    let script = prover.script().map_err(|undecided| undecided.to_string())?;
    if script.questions() == 0 {
        return Ok(0);
    }
    let printed = answers(&script, program, stop)?;
    script.compare(&printed).map_err(|error| error.to_string())?;
    Ok(script.questions())
}

fn answers(script: &Script, program: &Path, stop: &Stop) -> Result<String, String> {
    let name = program.display();
    let mut solver = Command::new(program)
        .args(["--lang", "smt2", "--tlimit-per", PER_QUESTION])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| {
            format!("`{name}` can't be run ({error}); install cvc5, or name the program with --cvc5")
        })?;
    let (Some(mut questions), Some(mut said)) = (solver.stdin.take(), solver.stdout.take()) else {
        return Err(format!("`{name}` can't be talked to"));
    };
    let text = script.text().to_owned();
    // If it gives up, the answers that are missing tell.
    let asking = thread::spawn(move || drop(questions.write_all(text.as_bytes())));
    let listening = thread::spawn(move || {
        let mut printed = String::new();
        said.read_to_string(&mut printed).map(|_| printed)
    });
    let ended = wait(&mut solver, stop);
    let _ = asking.join();
    let printed = listening.join();
    ended?;
    match printed {
        Ok(Ok(printed)) => Ok(printed),
        Ok(Err(error)) => Err(format!("what `{name}` printed can't be read: {error}")),
        Err(_) => Err(format!("what `{name}` printed can't be read")),
    }
}

/// Waits for the solver, or ends it.
fn wait(solver: &mut Child, stop: &Stop) -> Result<(), String> {
    loop {
        if let Some(why) = stop.reason() {
            let _ = solver.kill();
            let _ = solver.wait();
            return Err(format!("the second opinion was not waited for: {}", why.words()));
        }
        match solver.try_wait() {
            Ok(Some(_)) => return Ok(()),
            Ok(None) => thread::sleep(PAUSE),
            Err(error) => return Err(format!("the other solver can't be waited for: {error}")),
        }
    }
}
