//! The models that a caller can ask for.

use carveout_dialects::{Dialect, ModelListed, Notice, model, models_list};
use http::Response;

use crate::{
    guard::Reply,
    house::{House, Route},
    notices::{Refusal, json},
};

/// `GET /v1/models`: the routes that speak the caller's dialect.
pub(crate) fn list(house: &House, dialect: Dialect) -> Response<Reply> {
    let routes = house.aliases.iter().filter_map(|alias| house.routes.get(alias));
    let listed: Vec<ModelListed> =
        routes.filter(|route| route.dialect == dialect).map(|route| listed(route)).collect();
    json(200, models_list(dialect, &listed))
}

/// `GET /v1/models/{id}`.
pub(crate) fn one(house: &House, dialect: Dialect, alias: &str) -> Result<Response<Reply>, Refusal> {
    match house.routes.get(alias).filter(|route| route.dialect == dialect) {
        Some(route) => Ok(json(200, model(dialect, &listed(route)))),
        None => Err(Refusal::new(dialect, Notice::not_found("no such model; `GET /v1/models` lists them"))),
    }
}

fn listed(route: &Route) -> ModelListed {
    ModelListed { id: route.alias.clone(), created: route.created.millis().div_euclid(1_000) }
}
