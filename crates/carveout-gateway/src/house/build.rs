//! The settings checked and turned into the running gateway's state.

use std::{
    collections::{HashMap, hash_map},
    sync::{Arc, atomic::AtomicBool},
};

use carveout_signals::meters::MeterKey;
use carveout_terms::Vocabulary;
use tokio::{runtime::Handle, sync::Semaphore};

use super::{House, InForce, KnownKey, Route, Target, terms::Terms};
use crate::{
    attest::{self, Masks, Measures},
    claim::RecentClaims,
    clock::DecisionClock,
    contents::{self, Contents},
    door::TurnedAway,
    forward::Provider,
    holds::Holds,
    judge::Judge,
    kept::Keeper,
    meters::{self, Metering},
    metrics::Metrics,
    notices,
    phase_outs::PhaseOuts,
    settings::{
        DEMO_KEY_PREFIX, EvidenceSettings, JudgeSettings, ProgramSettings, ProgramTerms, ProviderSettings,
        RouteSettings, SAMPLE_PROVIDER_PREFIX, Settings, SettingsError, TargetSettings,
    },
    tasks::Tasks,
    webhooks::Webhooks,
};

pub(super) fn build(mut settings: Settings) -> Result<House, SettingsError> {
    let sample = settings.sample;
    let mut providers = HashMap::new();
    for provider in &settings.providers {
        refuse_sample(sample, "provider", &provider.id, SAMPLE_PROVIDER_PREFIX)?;
        let built = Arc::new(Provider::new(provider, &settings.limits, &settings.patience)?);
        unique(&mut providers, "provider", &provider.id, built)?;
    }
    let (keeper, metering, contents) = again(&settings.vocabulary, settings.evidence.take())?;
    // For whom and until when they are only monitored is seen where a use is decided.
    let monitored = settings.programs.iter().flat_map(|one| &one.monitoring.detectors);
    let masks = Masks::of(monitored.map(|one| one.detector));
    let metered = metering.are_declared();
    let measures = Measures::of(&settings.vocabulary, settings.region, metered, masks.kinds);
    let mut keys = HashMap::new();
    for program in &settings.programs {
        for key in known_keys(program) {
            refuse_sample(sample, "key", &key.id, DEMO_KEY_PREFIX)?;
            let id = key.id.clone();
            unique(&mut keys, "key", &id, Arc::new(key))?;
        }
    }
    let bound = settings.programs.iter().map(|one| ProgramTerms {
        program: one.program.id().to_owned(),
        stack: one.stack.clone(),
        designations: one.designations.clone(),
        monitoring: one.monitoring.clone(),
    });
    let terms = Terms::new(InForce::of(bound.collect(), &measures, &metering));
    let mut routes = HashMap::new();
    let aliases = settings.routes.iter().map(|route| route.alias.clone()).collect();
    for route in &settings.routes {
        let built = Arc::new(build_route(route, &settings, &providers)?);
        unique(&mut routes, "route", &route.alias, built)?;
    }
    let judge = settings.judge.as_ref().map(|judge| build_judge(judge, &settings.providers)).transpose()?;
    let holds = match settings.holds {
        None => None,
        Some(holds) => {
            let webhooks = Webhooks::start(&holds.webhooks, &settings.clock, &settings.patience)?;
            Some(Holds::rebuild(holds, &settings.ledger, webhooks)?)
        }
    };
    Ok(House {
        terms,
        phase_outs: PhaseOuts::default(),
        metrics: Metrics::of(settings.programs.iter().map(|one| one.program.id())),
        holds,
        judge,
        measures,
        keeper,
        metering,
        contents,
        tools: settings.tools,
        vocabulary: settings.vocabulary,
        keys,
        routes,
        aliases,
        ledger: settings.ledger,
        openings: settings.openings,
        clock: DecisionClock::new(settings.clock, settings.last_at, settings.patience.clock_tolerance),
        limits: settings.limits,
        patience: settings.patience,
        tasks: Tasks::on(Handle::current()),
        searches: Semaphore::new(1),
        readings: Arc::new(Semaphore::new(1)),
        turned_away: TurnedAway::default(),
        draining: AtomicBool::new(false),
    })
}

/// What is kept beside the ledger, with the meters and the contents that were made from it again. Nothing is opened for a
/// vocabulary that has neither.
fn again(
    vocabulary: &Vocabulary,
    settings: Option<EvidenceSettings>,
) -> Result<(Option<Arc<Keeper>>, Metering, Contents), SettingsError> {
    let (meters, contents) = (meters::Declared::by(vocabulary), contents::Declared::by(vocabulary));
    if meters.is_empty() && !contents.any() {
        return Ok((None, Metering::new(meters, None), Contents::new(contents, None)));
    }
    let settings = settings.ok_or(SettingsError::NoEvidence)?;
    let key = MeterKey::new(&settings.key);
    let (keeper, counted, remembered) = Keeper::open(&settings, meters.windows(), &key)?;
    let contents = Contents::new(contents, Some((&key, remembered, keeper.clone())));
    let metering = Metering::new(meters, Some((key, counted, keeper.clone())));
    Ok((Some(keeper), metering, contents))
}

fn build_judge(judge: &JudgeSettings, providers: &[ProviderSettings]) -> Result<Judge, SettingsError> {
    let named = providers.iter().find(|provider| provider.id == judge.provider);
    let unknown = || SettingsError::Judge {
        provider: judge.provider.clone(),
        problem: "it is not configured: add a `[[provider]]` with this id".to_owned(),
    };
    Judge::new(judge, named.ok_or_else(unknown)?)
}

fn refuse_sample(sample: bool, kind: &'static str, id: &str, prefix: &str) -> Result<(), SettingsError> {
    if !sample && id.starts_with(prefix) {
        return Err(SettingsError::Sample { kind, id: id.to_owned() });
    }
    Ok(())
}

fn unique<T>(
    all: &mut HashMap<String, T>,
    kind: &'static str,
    id: &str,
    one: T,
) -> Result<(), SettingsError> {
    match all.entry(id.to_owned()) {
        hash_map::Entry::Vacant(vacant) => {
            vacant.insert(one);
            Ok(())
        }
        hash_map::Entry::Occupied(_) => Err(SettingsError::Duplicate { kind, id: id.to_owned() }),
    }
}

fn known_keys(settings: &ProgramSettings) -> Vec<KnownKey> {
    let program = &settings.program;
    let keys = program.keys().iter();
    keys.map(|key| KnownKey {
        id: key.id.clone(),
        sha256: key.sha256,
        expires: key.expires,
        claims: RecentClaims::new(key.claim.clone()),
        program: program.clone(),
    })
    .collect()
}

fn build_route(
    route: &RouteSettings,
    settings: &Settings,
    providers: &HashMap<String, Arc<Provider>>,
) -> Result<Route, SettingsError> {
    let targets: Vec<Arc<Target>> = route
        .targets
        .iter()
        .map(|target| build_target(route, target, settings, providers))
        .collect::<Result<_, _>>()?;
    let alias = || route.alias.clone();
    let dialect = targets.first().ok_or_else(|| SettingsError::NoTarget { alias: alias() })?.provider.dialect;
    if targets.iter().any(|target| target.provider.dialect != dialect) {
        return Err(SettingsError::MixedDialects { alias: alias() });
    }
    Ok(Route { alias: alias(), dialect, targets, moves: route.moves, created: route.created })
}

fn build_target(
    route: &RouteSettings,
    target: &TargetSettings,
    settings: &Settings,
    providers: &HashMap<String, Arc<Provider>>,
) -> Result<Arc<Target>, SettingsError> {
    let provider = providers.get(&target.provider).ok_or_else(|| SettingsError::UnknownProvider {
        alias: route.alias.clone(),
        provider: target.provider.clone(),
    })?;
    let facts = attest::target_facts(&settings.vocabulary, target).map_err(|error| {
        SettingsError::TargetFacts { alias: route.alias.clone(), problem: error.to_string() }
    })?;
    let recorded = carveout_ledger::Target {
        provider: target.provider.clone(),
        maker: target.maker.clone(),
        host: target.host.clone(),
        operator: target.operator.clone(),
        model: target.model.clone(),
    };
    let told = notices::told(&recorded);
    Ok(Arc::new(Target { provider: provider.clone(), recorded: Arc::new(recorded), told, facts }))
}
