//! Settings that no gateway is built from.

use carveout_dialects::Dialect;
use carveout_gateway::{Credential, Gateway, Secret, Settings};

use crate::kit::{
    self, CHAT, KEY, Kit, PERMITTED,
    provider::{OPENAI_REPLY, Provider, json_reply},
};

type Change = fn(&mut Settings);

#[tokio::test(flavor = "multi_thread")]
async fn every_mistake_is_refused_before_anything_listens() {
    let cases: Vec<(&str, Change)> = vec![
        ("names the provider `nobody`", |settings| {
            settings.routes.push(kit::route("x", vec![kit::target("nobody")]))
        }),
        ("has no target", |settings| settings.routes.push(kit::route("x", Vec::new()))),
        ("mixes dialects", |settings| {
            settings.routes.push(kit::route("x", vec![kit::target("main"), kit::target("main-claude")]));
        }),
        ("the route `depot` is given twice", |settings| {
            settings.routes.push(kit::route("depot", vec![kit::target("main")]));
        }),
        ("the provider `main` is given twice", |settings| {
            let address = "127.0.0.1:1".parse().unwrap();
            settings.providers.push(kit::provider("main", Dialect::OpenAi, address));
        }),
        ("the key `depot` is given twice", |settings| {
            settings.programs.push(kit::program("third", &[("depot", KEY, "")]));
        }),
        ("`sample-maket`", |settings| {
            let target =
                carveout_gateway::TargetSettings { maker: "sample-maket".into(), ..kit::target("main") };
            settings.routes.push(kit::route("x", vec![target]));
        }),
        ("plain HTTP", |settings| {
            settings.providers[0].base_url = "http://models.example/v1".parse().unwrap()
        }),
        ("must start with `https://`", |settings| settings.providers[0].base_url = "/v1".parse().unwrap()),
        ("user name", |settings| settings.providers[0].base_url = "http://me@127.0.0.1/v1".parse().unwrap()),
        ("no header may carry", |settings| {
            settings.providers[0].credential = Credential::Bearer(Secret::new("a\nb".to_owned()));
        }),
        ("/nonexistent/ca.pem", |settings| {
            settings.providers[0].base_url = "https://models.example/v1".parse().unwrap();
            settings.providers[0].ca_file = Some("/nonexistent/ca.pem".into());
        }),
        ("provider `sample-main` is for demonstrations only", |settings| {
            let address = "127.0.0.1:1".parse().unwrap();
            settings.providers.push(kit::provider("sample-main", Dialect::OpenAi, address));
        }),
        ("could be read from other machines", |settings| {
            let listen = "0.0.0.0:0".parse().unwrap();
            settings.metrics = Some(carveout_gateway::MetricsSettings { listen, token: None });
        }),
        ("key `demo-depot` is for demonstrations only", |settings| {
            settings.programs.push(kit::program("third", &[("demo-depot", KEY, "")]));
        }),
    ];
    for (says, change) in cases {
        let mut kit = Kit::new("127.0.0.1:1".parse().unwrap());
        change(&mut kit.settings);
        let error = Gateway::bind(kit.settings).await.err().unwrap_or_else(|| panic!("accepted: {says}"));
        assert!(error.to_string().contains(says), "{says}: {error}");
        assert!(!error.to_string().contains("cvo_"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sample_gateway_takes_sample_things() {
    let provider = Provider::saying(json_reply(OPENAI_REPLY)).await;
    let mut kit = Kit::new(provider.address);
    kit.settings.sample = true;
    kit.settings.providers.push(kit::provider("sample-main", Dialect::OpenAi, provider.address));
    kit.settings.routes.push(kit::route("sampled", vec![kit::target("sample-main")]));
    let gateway = kit.start().await;
    assert_eq!(gateway.chat(PERMITTED, &CHAT.replace("depot", "sampled")).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_in_use_is_told() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut kit = Kit::new("127.0.0.1:1".parse().unwrap());
    kit.settings.listen = taken.local_addr().unwrap();
    let error = Gateway::bind(kit.settings).await.err().unwrap();
    assert!(error.to_string().contains("can't listen on"), "{error}");
}

#[test]
fn settings_show_no_secrets() {
    let kit =
        tokio::runtime::Runtime::new().unwrap().block_on(async { Kit::new("127.0.0.1:1".parse().unwrap()) });
    let shown = format!("{:?}", kit.settings);
    assert!(!shown.contains(kit::PROVIDER_KEY), "{shown}");
}
