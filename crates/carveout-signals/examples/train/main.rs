//! Trains the tripwire and measures it: `cargo xtask train`.
//!
//! Writes `tripwire/model.bin` and prints the tables of the model card. With `--check` it writes nothing and fails if the
//! committed model is not what training gives. With `--misread` it lists what went wrong outside of the test part.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a chore reports to the terminal")]
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a chore on the project's own files may end where they are wrong"
)]

mod arithmetic;
mod data;
mod learn;
mod measure;

use carveout_signals::tripwire::Family;
use data::Example;
use std::{env, fs, path::PathBuf, process::ExitCode};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("train: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let option = env::args().nth(1).unwrap_or_default();
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tripwire");
    let examples = data::read(&folder)?;
    if option == "--folds" {
        let mut told = |family: Family, score: i32, one: &Example| {
            println!(
                "{} {score} {}: {}",
                family.as_str(),
                if one.positive { "missed" } else { "wrong" },
                one.text
            );
        };
        for (family, recall) in learn::folds(&examples, &mut told) {
            println!("{} {recall:.3}", family.as_str());
        }
        return Ok(());
    }
    let model = learn::learn(&examples);
    let (path, bytes) = (folder.join("model.bin"), model.to_bytes());
    match option.as_str() {
        "--misread" => print!("{}", measure::misread(&model, &examples)),
        "--check" => {
            let committed = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            if committed != bytes {
                return Err("`model.bin` is not what training gives; run `cargo xtask train`".to_owned());
            }
            print!("{}", measure::tables(&model, &examples));
        }
        "" => {
            fs::write(&path, bytes).map_err(|error| format!("{}: {error}", path.display()))?;
            print!("{}", measure::tables(&model, &examples));
        }
        other => return Err(format!("unknown option `{other}`; there are --check and --misread")),
    }
    Ok(())
}
