//! The same exchange with more and more of the gateway's work in it.

use std::{
    convert::Infallible,
    net::SocketAddr,
    path::Path,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use carveout_dialects::{Asked, CanonicalBody, Dialect, ReplyReader, json};
use carveout_gateway::Settings;
use carveout_ledger::{
    Attempted, Cited, Commitment, CommittedPart, Decided, DecisionId, Digest, Entry, Event, Ledger, Openings,
    Outcome, Presumed, RecordedFacts, Ruling, Settled, Target, Timestamp,
};
use carveout_terms::{
    Attester, Decision, FactKind, Facts, Program, Stack, Use, UseLayers, Value, Vocabulary,
};
use http::{Request, Response, header::CONTENT_TYPE};
use http_body_util::{BodyExt, Full};
use hyper::{
    body::Incoming,
    client::conn::http1::{self as client, SendRequest},
    server::conn::http1 as server,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

use crate::{CLAIM, kit};

/// How much is done between receiving and forwarding, and on the way back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Layer {
    PassThrough,
    Parse,
    Decide,
    Ledger,
}

pub(crate) const LAYERS: [Layer; 4] = [Layer::PassThrough, Layer::Parse, Layer::Decide, Layer::Ledger];

impl Layer {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::PassThrough => "pass-through floor",
            Self::Parse => "+ parse, both ways",
            Self::Decide => "+ decide",
            Self::Ledger => "+ durable ledger, settle",
        }
    }
}

/// What all layers share.
pub(crate) struct Bench {
    vocabulary: Arc<Vocabulary>,
    program: Arc<Program>,
    stack: Arc<Stack>,
    claim: Facts,
    target: Facts,
    recorded: Arc<Target>,
    ledger: Ledger,
    openings: Openings,
    provider: SocketAddr,
    idle: Mutex<Vec<SendRequest<Full<Bytes>>>>,
}

impl Bench {
    pub(crate) fn new(settings: &Settings, openings: &Path, provider: SocketAddr) -> Self {
        let vocabulary = settings.vocabulary.clone();
        let target = &settings.routes[0].targets[0];
        let mut facts = Facts::default();
        let deployment = target.deployment.as_deref().unwrap();
        for (fact, member) in [
            ("maker", target.maker.as_str()),
            ("host", &target.host),
            ("operator", &target.operator),
            ("deployment", deployment),
        ] {
            facts.set_member(&vocabulary, fact, member).unwrap();
        }
        Self {
            claim: Facts::parse(&vocabulary, CLAIM, Attester::Caller).unwrap(),
            program: settings.programs[0].program.clone(),
            stack: settings.programs[0].stack.clone(),
            target: facts,
            recorded: Arc::new(Target {
                provider: target.provider.clone(),
                maker: target.maker.clone(),
                host: target.host.clone(),
                operator: target.operator.clone(),
                model: target.model.clone(),
            }),
            ledger: settings.ledger.clone(),
            openings: Openings::keep(openings).unwrap(),
            provider,
            idle: Mutex::default(),
            vocabulary,
        }
    }

    async fn exchange(&self, body: Bytes) -> Bytes {
        let kept = self.idle.lock().unwrap().pop();
        let mut sender = match kept {
            Some(sender) => sender,
            None => self.connect().await,
        };
        sender.ready().await.unwrap();
        let request = Request::post("/v1/chat/completions")
            .header("host", "provider")
            .header(CONTENT_TYPE, "application/json")
            .header("authorization", "Bearer sk-1")
            .body(Full::new(body))
            .unwrap();
        let reply =
            sender.send_request(request).await.unwrap().into_body().collect().await.unwrap().to_bytes();
        self.idle.lock().unwrap().push(sender);
        reply
    }

    async fn connect(&self) -> SendRequest<Full<Bytes>> {
        let stream = TcpStream::connect(self.provider).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let (sender, connection) = client::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        sender
    }

    fn decide(&self, asked: &Asked) -> (Use, Decision) {
        let mut measured = self.target.clone();
        for (fact, count) in [
            ("opaque_parts", asked.opaque().len()),
            ("unlisted_fields", asked.unlisted().len()),
            ("tools_offered", asked.tools_offered() as usize),
        ] {
            measured.set_long(&self.vocabulary, fact, i64::try_from(count).unwrap()).unwrap();
        }
        // What the texts show is measured by itself, with `evidence`.
        for (fact, declared) in self.vocabulary.facts() {
            let nothing = match declared.kind() {
                FactKind::Long => Value::Long(0),
                FactKind::Bool => Value::Bool(false),
                _ => continue,
            };
            if measured.get(fact).is_none() {
                measured.state(&self.vocabulary, fact, nothing).unwrap();
            }
        }
        measured.set_datetime(&self.vocabulary, "at", kit::now()).unwrap();
        let layers = UseLayers {
            caller: Some(&self.claim),
            program: Some(self.program.facts()),
            gateway: Some(&measured),
            ..UseLayers::default()
        };
        let use_ = Use::assemble(&self.vocabulary, &layers).unwrap();
        let decision = self.stack.decide(&use_);
        (use_, decision)
    }

    async fn admit(&self, use_: &Use, decision: &Decision, body: &CanonicalBody) -> DecisionId {
        let id = DecisionId::generate().unwrap();
        let at = Timestamp::from_millis(decision.at.millis());
        let salt = self.openings.salt(at, &id, CommittedPart::Request).unwrap();
        let grounds = decision.grounds.iter();
        let presumed = decision
            .presumed
            .iter()
            .map(|one| Presumed { agreement: one.agreement.clone(), fact: one.fact.clone() });
        let decided = Decided {
            decision: id,
            program: self.program.id().to_owned(),
            key: "depot".to_owned(),
            route: "depot".to_owned(),
            endpoint: "chat.completions".to_owned(),
            target: self.recorded.clone(),
            facts: RecordedFacts {
                caller: use_.claimed().to_owned(),
                program: use_.registered().to_owned(),
                gateway: use_.measured().to_owned(),
                evidence: Vec::new(),
                approvals: Vec::new(),
            },
            presumed: presumed.collect(),
            ruling: Ruling::Permit,
            roles: Vec::new(),
            grounds: grounds
                .map(|ground| Cited { agreement: ground.agreement.clone(), clause: ground.clause.clone() })
                .collect(),
            terms: Digest::from_bytes(*decision.terms.as_bytes()),
            facts_digest: Digest::from_bytes(*decision.facts.as_bytes()),
            body: Commitment::to(CommittedPart::Request, &salt, body.as_bytes()),
            body_bytes: body.len() as u64,
            hold: None,
            hold_until: None,
            monitored: Vec::new(),
            designations: Vec::new(),
            parent: None,
            judged: Vec::new(),
            found: None,
        };
        let attempted = Attempted { decision: id, attempt: 1, target: self.recorded.clone() };
        let entries =
            [Entry { at, event: Event::Decided(decided) }, Entry { at, event: Event::Attempted(attempted) }];
        self.ledger.begin(&entries).unwrap().durable().await.unwrap();
        id
    }

    fn settle(&self, decision: DecisionId, reply: &Bytes) {
        let at = Timestamp::from_millis(kit::now().millis());
        let salt = self.openings.salt(at, &decision, CommittedPart::Response).unwrap();
        let settled = Settled {
            decision,
            attempt: 1,
            outcome: Outcome::Completed,
            status: Some(200),
            provider_request: Some("chatcmpl-1".to_owned()),
            usage: None,
            response: Some(Commitment::to(CommittedPart::Response, &salt, reply)),
            response_bytes: reply.len() as u64,
            judged_bytes: Some(reply.len() as u64),
            released_bytes: reply.len() as u64,
            grounds: Vec::new(),
            calls: None,
        };
        self.ledger.append_soon(&Entry { at, event: Event::Settled(settled) }).unwrap();
    }

    async fn answer(&self, layer: Layer, body: Bytes) -> Bytes {
        if layer == Layer::PassThrough {
            return self.exchange(body).await;
        }
        let limits = json::Limits::default();
        let asked = carveout_dialects::read(Dialect::OpenAi, &body, &limits).unwrap();
        let canonical = asked.canonical("sample-1");
        let mut admitted = None;
        if layer >= Layer::Decide {
            let (use_, decision) = self.decide(&asked);
            assert_eq!(decision.ruling, carveout_terms::Ruling::Permit);
            if layer >= Layer::Ledger {
                admitted = Some(self.admit(&use_, &decision, &canonical).await);
            }
        }
        let reply = self.exchange(canonical.into_bytes()).await;
        let mut reader = ReplyReader::new(Dialect::OpenAi, false, limits);
        reader.push(&reply).unwrap();
        let released = reader.finish().unwrap().into_bytes();
        if let Some(decision) = admitted {
            self.settle(decision, &released);
        }
        released
    }
}

/// Serves one layer on a port of its own.
pub(crate) async fn serve(bench: Arc<Bench>, layer: Layer) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            let bench = bench.clone();
            let service = service_fn(move |request: Request<Incoming>| {
                let bench = bench.clone();
                async move {
                    let body = request.into_body().collect().await.unwrap().to_bytes();
                    let reply = bench.answer(layer, body).await;
                    let reply =
                        Response::builder().header(CONTENT_TYPE, "application/json").body(Full::new(reply));
                    Ok::<_, Infallible>(reply.unwrap())
                }
            });
            tokio::spawn(server::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    address
}
