//! From a workspace to the gateway's settings.

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use carveout_dialects::Dialect;
use carveout_gateway::{
    Clock, Credential, EvidenceSettings, HoldNews, HoldSettings, Judge, JudgeSettings, Limits,
    MetricsSettings, Moves, Patience, ProgramSettings, ProviderSettings, RouteSettings, Secret, Settings,
    TargetSettings, WebhookSettings,
};
use carveout_ledger::{EvidenceKnown, OpenHold, Openings, Timestamp, evidence_key};
use carveout_signals::Region;
use carveout_terms::{Tool, ToolError};
use http::Uri;
use miette::{IntoDiagnostic, WrapErr, miette};

use super::{
    Binding, Monitors, OpenLedger, Workspace, officers::sha256, openings_directory, sealed_bodies,
    verified_officers,
};
use crate::config::{self, Config, CredentialHeader};

/// A webhook's secret is at least this long, in bytes: HMAC-SHA256 is as strong as its key.
const SHORTEST_SECRET: usize = 32;

/// Builds the gateway's settings.
pub(crate) fn settings(
    workspace: &Workspace,
    bindings: &[Binding],
    listen: Option<SocketAddr>,
    open: &OpenLedger,
    monitors: &Monitors,
    accept_loss: Option<String>,
) -> miette::Result<Settings> {
    let (config, last_at) = (&workspace.config, open.last_at);
    Ok(Settings {
        listen: listen.unwrap_or(config.gateway.listen),
        metrics: metrics(config)?,
        vocabulary: Arc::clone(&workspace.vocabulary),
        region: region(config)?,
        programs: bindings
            .iter()
            .map(|binding| ProgramSettings {
                program: Arc::clone(&binding.program),
                stack: Arc::clone(&binding.stack),
                designations: binding.designations.clone(),
                monitoring: monitors.of(binding.program.id()),
            })
            .collect(),
        tools: tools(workspace)?,
        providers: config
            .providers
            .iter()
            .map(|one| provider(workspace, one))
            .collect::<miette::Result<_>>()?,
        routes: config.routes.iter().map(|one| route(one, last_at)).collect(),
        judge: config.judge.as_ref().map(judge_settings),
        ledger: open.ledger.clone(),
        openings: openings(&openings_directory(&workspace.root, config), last_at)?,
        holds: holds(workspace, open.open_holds.clone())?,
        evidence: Some(evidence(workspace, open.evidence, accept_loss)?),
        last_at: carveout_terms::Timestamp::from_millis(last_at.millis()),
        clock: Clock::system(),
        limits: limits(&config.gateway.limits),
        patience: patience(&config.gateway.seconds),
        sample: config.sample,
    })
}

fn metrics(config: &Config) -> miette::Result<Option<MetricsSettings>> {
    let Some(metrics) = &config.metrics else { return Ok(None) };
    let token = metrics.token_sha256.as_deref().map(sha256).transpose();
    let token = token.wrap_err("`[metrics]` in `carveout.toml` can't be used")?;
    Ok(Some(MetricsSettings { listen: metrics.listen, token }))
}

/// The region whose telephone numbers are written without a country code.
pub(crate) fn region(config: &Config) -> miette::Result<Region> {
    let named = || "`region` of `[evidence]` in `carveout.toml` can't be used";
    let written = config.evidence.region.as_deref();
    written.map_or(Ok(Region::default()), str::parse).into_diagnostic().wrap_err_with(named)
}

/// Where meters are kept. The key is drawn the first time.
fn evidence(
    workspace: &Workspace,
    known: EvidenceKnown,
    accept_loss: Option<String>,
) -> miette::Result<EvidenceSettings> {
    let (root, config) = (&workspace.root, &workspace.config.evidence);
    let key = match &config.key {
        Some(key) => root.join(key),
        None => openings_directory(root, &workspace.config).join("evidence.key"),
    };
    let drawn = evidence_key(&key, &known).into_diagnostic();
    Ok(EvidenceSettings {
        directory: root.join(&config.directory),
        key: drawn.wrap_err("the key of the evidence can't be used")?,
        known,
        most: config.most.unwrap_or(EvidenceSettings::MOST),
        accept_loss,
    })
}

/// Without officers nothing is held any more; what was on hold before still expires and is erased.
fn holds(workspace: &Workspace, found: Vec<OpenHold>) -> miette::Result<Option<HoldSettings>> {
    let officers = verified_officers(workspace)?;
    let webhooks = workspace.config.webhooks.iter().map(|one| webhook(workspace, one));
    let webhooks = webhooks.collect::<miette::Result<_>>()?;
    if officers.is_empty() && found.is_empty() {
        return Ok(None);
    }
    let holds = &workspace.config.holds;
    Ok(Some(HoldSettings {
        officers,
        two_person: holds.two_person,
        lasts: Duration::from_secs(holds.seconds),
        most: holds.most,
        bodies: sealed_bodies(&workspace.root, &workspace.config)?,
        found,
        webhooks,
    }))
}

fn webhook(workspace: &Workspace, webhook: &config::Webhook) -> miette::Result<WebhookSettings> {
    let named = || format!("the webhook `{}` can't be told", without_path(&webhook.url));
    let secret = webhook.secret.fetch(&workspace.root).wrap_err_with(named)?;
    if secret.len() < SHORTEST_SECRET {
        let help = "make one with `openssl rand -hex 32`, and give it to the receiver";
        return Err(miette!(help = help, "its secret is shorter than {SHORTEST_SECRET} characters"))
            .wrap_err_with(named);
    }
    let news = webhook.news.as_ref().map_or(HoldNews::ALL.to_vec(), |news| {
        let news = news.iter().map(|one| match one {
            config::News::Held => HoldNews::Held,
            config::News::Approved => HoldNews::Approved,
            config::News::Refused => HoldNews::Refused,
            config::News::Expired => HoldNews::Expired,
        });
        news.collect()
    });
    Ok(WebhookSettings {
        url: webhook.url.parse::<Uri>().into_diagnostic().wrap_err_with(named)?,
        secret: Secret::new(secret),
        news,
        ca_file: webhook.ca_file.as_ref().map(|path| workspace.root.join(path)),
        insecure: webhook.insecure,
        private: webhook.private,
    })
}

/// The path of a webhook is often its key.
fn without_path(url: &str) -> String {
    url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/")
}

/// What can't be kept is told now, not to the first caller.
fn openings(directory: &Path, at: Timestamp) -> miette::Result<Openings> {
    let kept = Openings::keep(directory).and_then(|openings| openings.prepare(at).map(|()| openings));
    kept.into_diagnostic().wrap_err("what opens the record's commitments can't be kept")
}

fn judge_settings(judge: &config::Judge) -> JudgeSettings {
    JudgeSettings {
        provider: judge.provider.clone(),
        model: judge.model.clone(),
        patience: Duration::from_secs(judge.seconds),
        per_minute: judge.per_minute,
        at_once: judge.at_once,
        per_request: judge.per_request,
        remembers: judge.remembers,
        private: judge.private,
    }
}

/// The configured judge, to be asked without a gateway.
pub(crate) fn judge(workspace: &Workspace) -> miette::Result<Judge> {
    let config = &workspace.config;
    let judge = config.judge.as_ref().ok_or_else(|| {
        miette!(
            help = "add `[judge]` with `provider` and `model` to `carveout.toml`",
            "no judge is configured"
        )
    })?;
    let named = config.providers.iter().find(|provider| provider.id == judge.provider);
    let named = named.ok_or_else(|| {
        let help = "add a `[[provider]]` with this id";
        miette!(help = help, "the judge's provider `{}` is not configured", judge.provider)
    })?;
    // A measurement is asked for by hand, so the minute's budget doesn't cut it short.
    let settings = JudgeSettings { per_minute: usize::MAX, ..judge_settings(judge) };
    Judge::new(&settings, &provider(workspace, named)?).into_diagnostic()
}

/// The tools of `[[tool]]`, in the words of the vocabulary.
fn tools(workspace: &Workspace) -> miette::Result<Vec<Tool>> {
    let mut tools: Vec<Tool> = Vec::new();
    for config::Tool { name, effect, labels, rows, reports_rows } in &workspace.config.tools {
        let tool = Tool::register(&workspace.vocabulary, name, effect.as_deref(), labels, *rows)
            .and_then(|tool| tool.reporting(reports_rows.as_deref()));
        let twice = tools.iter().any(|other| other.name() == name);
        let tool = if twice { Err(ToolError::Twice(name.clone())) } else { tool };
        tools.push(tool.into_diagnostic().wrap_err("a `[[tool]]` of `carveout.toml` can't be used")?);
    }
    Ok(tools)
}

fn provider(workspace: &Workspace, provider: &config::Provider) -> miette::Result<ProviderSettings> {
    let dialect = match provider.dialect {
        config::Dialect::Openai => Dialect::OpenAi,
        config::Dialect::Anthropic => Dialect::Anthropic,
    };
    let named = || format!("the provider `{}` can't be used", provider.id);
    let credential = match &provider.credential {
        None => Credential::None,
        Some(reference) => {
            let secret = Secret::new(reference.fetch(&workspace.root).wrap_err_with(named)?);
            match (provider.credential_header, dialect) {
                (Some(CredentialHeader::Authorization), _) | (None, Dialect::OpenAi) => {
                    Credential::Bearer(secret)
                }
                (Some(CredentialHeader::XApiKey), _) | (None, Dialect::Anthropic) => {
                    Credential::XApiKey(secret)
                }
                (Some(CredentialHeader::ApiKey), _) => Credential::ApiKey(secret),
            }
        }
    };
    Ok(ProviderSettings {
        id: provider.id.clone(),
        dialect,
        base_url: provider.base_url.parse::<Uri>().into_diagnostic().wrap_err_with(named)?,
        credential,
        ca_file: provider.ca_file.as_ref().map(|path| workspace.root.join(path)),
        insecure: provider.insecure,
    })
}

fn route(route: &config::Route, created: Timestamp) -> RouteSettings {
    let target = |target: &config::Target| TargetSettings {
        provider: target.provider.clone(),
        model: target.model.clone(),
        maker: target.maker.clone(),
        host: target.host.clone(),
        operator: target.operator.clone(),
        model_fact: Some(target.line.clone().unwrap_or_else(|| target.model.clone())),
        deployment: Some(target.deployment.clone()),
    };
    RouteSettings {
        alias: route.alias.clone(),
        targets: route.targets.iter().map(target).collect(),
        moves: match route.moves {
            config::Moves::WhenBarred => Moves::WhenBarred,
            config::Moves::WhenDenied => Moves::WhenDenied,
            config::Moves::Never => Moves::Never,
        },
        created: carveout_terms::Timestamp::from_millis(created.millis()),
    }
}

/// The limits that are configured, and the usual ones for the rest.
pub(crate) fn limits(given: &config::Limits) -> Limits {
    let default = Limits::default();
    Limits {
        head: given.head_bytes.unwrap_or(default.head),
        body: given.body_bytes.unwrap_or(default.body),
        gzip_ratio: given.gzip_ratio.unwrap_or(default.gzip_ratio),
        depth: given.json_depth.unwrap_or(default.depth),
        reply: given.reply_bytes.unwrap_or(default.reply),
        call: given.call_bytes.unwrap_or(default.call),
        calls: given.calls.unwrap_or(default.calls),
        connections: given.connections.unwrap_or(default.connections),
        idle_connections: given.idle_connections.unwrap_or(default.idle_connections),
    }
}

fn patience(given: &config::Seconds) -> Patience {
    let default = Patience::default();
    let or = |seconds: Option<u64>, default: Duration| seconds.map_or(default, Duration::from_secs);
    Patience {
        head: or(given.head, default.head),
        body: or(given.body, default.body),
        connect: or(given.connect, default.connect),
        first_byte: or(given.first_byte, default.first_byte),
        idle: or(given.idle, default.idle),
        stalled_caller: or(given.stalled_caller, default.stalled_caller),
        drain: or(given.drain, default.drain),
        clock_tolerance: or(given.clock_tolerance, default.clock_tolerance),
        ..default
    }
}
