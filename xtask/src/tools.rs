//! The tools that the chores need: present, or installed, or the chore fails.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::shell::{Outcome, command, output, root, run, succeeds, target};

/// Cargo's subcommands, by the version that is installed when there is none.
pub(crate) const NEXTEST: CargoTool =
    CargoTool { name: "nextest", package: "cargo-nextest", version: "0.9.143" };
pub(crate) const DENY: CargoTool = CargoTool { name: "deny", package: "cargo-deny", version: "0.20.2" };
pub(crate) const FUZZ: CargoTool = CargoTool { name: "fuzz", package: "cargo-fuzz", version: "0.13.2" };

/// A subcommand of cargo that is itself a crate.
pub(crate) struct CargoTool {
    name: &'static str,
    package: &'static str,
    version: &'static str,
}

impl CargoTool {
    /// Installs the tool if there is none.
    pub(crate) fn ensure(&self) -> Outcome {
        if succeeds(command("cargo").args([self.name, "--version"])) {
            return Ok(());
        }
        run(&mut command(&format!("cargo install --locked {}@{}", self.package, self.version)))
    }
}

/// Installs a Debian package if a program is missing.
pub(crate) fn ensure_program(program: &str, package: &str) -> Outcome {
    if has_program(program) {
        return Ok(());
    }
    apt_install(&[package])?;
    if has_program(program) { Ok(()) } else { Err(format!("package `{package}` did not bring `{program}`")) }
}

/// The outside solver that proofs are checked against: the one that `CVC5` names, or Debian's.
pub(crate) fn cvc5() -> Outcome {
    let Some(named) = std::env::var_os("CVC5") else { return ensure_program("cvc5", "cvc5") };
    let named = named.to_string_lossy();
    if has_program(&named) { Ok(()) } else { Err(format!("`CVC5` names `{named}`, which is no program")) }
}

fn has_program(program: &str) -> bool {
    succeeds(Command::new("sh").args(["-c", "PATH=$PATH:/usr/sbin command -v \"$0\"", program]))
}

fn apt_install(packages: &[&str]) -> Outcome {
    run(&mut command("apt-get update -qq"))?;
    run(command("apt-get install -y -qq --no-install-recommends")
        .args(packages)
        .env("DEBIAN_FRONTEND", "noninteractive"))
}

/// The interpreter of a virtual environment that has exactly `e2e/requirements.txt`.
pub(crate) fn e2e_python() -> Outcome<PathBuf> {
    python_with("e2e-venv", "e2e/requirements.txt")
}

/// The interpreter of a virtual environment that has Presidio.
pub(crate) fn presidio_python() -> Outcome<PathBuf> {
    python_with("presidio-venv", "xtask/src/bench/requirements.txt")
}

/// The interpreter of a virtual environment that has networkx, with ripgrep beside it.
pub(crate) fn exposure_python() -> Outcome<PathBuf> {
    python_with("exposure-venv", "xtask/src/bench/exposure-requirements.txt")
}

/// The interpreter of an environment below the target directory that has what a file asks for.
/// It is made anew whenever that file changes.
fn python_with(name: &str, requirements_path: &str) -> Outcome<PathBuf> {
    let requirements = root().join(requirements_path);
    let wanted =
        fs::read_to_string(&requirements).map_err(|error| format!("{requirements_path}: {error}"))?;
    let environment = target().join(name);
    let (stamp, python) = (environment.join("requirements.txt"), environment.join("bin/python"));
    if fs::read_to_string(&stamp).is_ok_and(|made_of| made_of == wanted)
        && succeeds(Command::new(&python).arg("-V"))
    {
        return Ok(python);
    }
    let base = base_python()?;
    println!("making a virtual environment with {}", base.display());
    run(Command::new(&base).args(["-m", "venv", "--clear"]).arg(&environment))?;
    let pip =
        ["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "--requirement"];
    run(Command::new(&python).args(pip).arg(&requirements))?;
    fs::write(&stamp, wanted).map_err(|error| format!("{}: {error}", stamp.display()))?;
    Ok(python)
}

/// A Python that the outside verifier runs on (3.12 or newer): from the path, from pyenv, from
/// Debian, or from uv.
fn base_python() -> Outcome<PathBuf> {
    if let Some(python) = named_pythons().into_iter().chain(pyenv_pythons()).find(|python| is_recent(python))
    {
        return Ok(python);
    }
    for version in ["python3.13", "python3.12"] {
        if succeeds(Command::new("apt-cache").args(["show", version])) {
            apt_install(&[version, &format!("{version}-venv")])?;
            return Ok(PathBuf::from(version));
        }
    }
    uv_python().map_err(|error| {
        format!("the end-to-end suite needs Python 3.12 or newer with `venv`; none found, none in Debian's packages, and uv: {error}")
    })
}

fn named_pythons() -> Vec<PathBuf> {
    ["python3.13", "python3.12", "python3.14", "python3", "python"].map(PathBuf::from).to_vec()
}

/// Pyenv's interpreters; its shims answer only for versions that are selected.
fn pyenv_pythons() -> Vec<PathBuf> {
    let Ok(home) = output(&mut command("pyenv root")) else { return Vec::new() };
    let Ok(versions) = fs::read_dir(Path::new(home.trim()).join("versions")) else { return Vec::new() };
    let mut pythons: Vec<PathBuf> =
        versions.flatten().map(|version| version.path().join("bin/python3")).collect();
    pythons.sort();
    pythons
}

fn is_recent(python: &Path) -> bool {
    let script = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 12))";
    succeeds(Command::new(python).args(["-c", script]))
}

fn uv_python() -> Outcome<PathBuf> {
    let environment = target().join("uv-venv");
    run(command("python3 -m venv --clear").arg(&environment))?;
    run(Command::new(environment.join("bin/pip")).args(["install", "--quiet", "uv==0.13.9"]))?;
    let uv = environment.join("bin/uv");
    run(Command::new(&uv).args(["python", "install", "3.12"]))?;
    Ok(PathBuf::from(output(Command::new(&uv).args(["python", "find", "3.12"]))?.trim()))
}
