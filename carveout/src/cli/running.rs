//! What runs: the demo, the gateway, the sample provider.

use std::{net::SocketAddr, path::PathBuf};

use clap::Args;

#[derive(Args, Debug)]
pub(crate) struct Demo {
    /// Stop after the uses have been shown, as with --json
    #[arg(long)]
    pub(crate) once: bool,
    /// Keep the sample workspace here; a temporary folder otherwise
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
    /// Where the gateway listens [default: 127.0.0.1:8787; with --once any free port]
    #[arg(long, env = "CARVEOUT_LISTEN", value_name = "ADDR")]
    pub(crate) listen: Option<SocketAddr>,
}

#[derive(Args, Debug)]
pub(crate) struct Init {
    /// The folder to make; it must be empty or not exist
    #[arg(value_name = "DIR")]
    pub(crate) dir: PathBuf,
    /// Your organisation's name, which stands in the names of the keys and of the log: `agency.example`
    #[arg(long, default_value = "carveout", value_name = "NAME", conflicts_with = "sample")]
    pub(crate) name: String,
    /// Make the labelled sample workspace of the demo, signed by both sample parties
    #[arg(long)]
    pub(crate) sample: bool,
    /// With --sample: where the sample provider will listen
    #[arg(long, default_value = "127.0.0.1:8788", value_name = "ADDR", requires = "sample")]
    pub(crate) provider: SocketAddr,
}

#[derive(Args, Debug)]
pub(crate) struct Serve {
    /// Where callers connect, instead of `gateway.listen`
    #[arg(long, env = "CARVEOUT_LISTEN", value_name = "ADDR")]
    pub(crate) listen: Option<SocketAddr>,
    /// Go on without evidence that is lost or damaged, for this reason: what meters counted in it is forgotten, and both
    /// are recorded
    #[arg(long, value_name = "REASON")]
    pub(crate) accept_lost_evidence: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct SampleProvider {
    /// Where it listens
    #[arg(long, default_value = "127.0.0.1:8788", value_name = "ADDR")]
    pub(crate) listen: SocketAddr,
}

#[derive(Args, Debug)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}
