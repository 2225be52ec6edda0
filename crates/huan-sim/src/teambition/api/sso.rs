//! Signing in with Teambition, and the app's token by call (Teambition §2.2, §8).

use std::time::Duration;

use serde_json::json;
use url::Url;

use super::super::Teambition;
use super::super::answer::{Refusal, Reply};
use super::super::call::Call;
use super::super::tenant::{Tenant, UserToken};
use super::super::{ids, token};

type Outcome = Result<Reply, Refusal>;

/// How long an app token by call lives, in seconds.
const APP_TOKEN_LIFETIME: i64 = 7200;
/// How long a person's token lives when nothing else is asked for, in seconds.
const USER_TOKEN_LIFETIME: i64 = 86_400;
/// The longest that can be asked for.
const LONGEST_LIFETIME: i64 = 365 * 86_400;

/// `POST /appToken`
pub(super) fn app_token(_: &Teambition, _: &mut Tenant, call: &Call) -> Outcome {
    if call.needed("appId")? != ids::app() || call.needed("appSecret")? != ids::app_secret() {
        return Err(Refusal::unauthorised("appId 或 appSecret 错误"));
    }
    let token = token::issued(&ids::app(), &ids::app_secret(), call.now.as_second(), APP_TOKEN_LIFETIME);
    Ok(Reply::of(json!({"appToken": token, "expire": APP_TOKEN_LIFETIME})))
}

/// `GET /oauth/sso`: sends the browser back with a code. The simulator asks who one is, unless that is set.
pub(super) fn sign_in(sim: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    if call.asked("app_id") != Some(ids::app().as_str()) {
        return Err(Refusal::bad("app_id 错误"));
    }
    let back = call.asked("redirect_uri").and_then(|text| Url::parse(text).ok());
    let mut back = back.ok_or_else(|| Refusal::bad("redirect_uri 错误"))?;
    let who = call.asked("sim_person").or(tenant.settings.signed_in.as_deref());
    let Some(who) = who else { return Ok(Reply::page(chooser(tenant, call))) };
    let member = tenant.directory.known_as(who).filter(|member| !member.disabled);
    let user = member.ok_or_else(|| Refusal::bad("没有这个人"))?.user_id.clone();
    let code = sim.new_id();
    back.query_pairs_mut().append_pair("code", &code);
    if let Some(state) = call.asked("state") {
        back.query_pairs_mut().append_pair("state", state);
    }
    tenant.codes.insert(code, user);
    Ok(Reply::redirect(back))
}

/// A page on which one chooses who one is.
fn chooser(tenant: &Tenant, call: &Call) -> String {
    let mut here = url::form_urlencoded::Serializer::new(String::new());
    here.extend_pairs(&call.query);
    let here = here.finish().replace('&', "&amp;");
    let links: String = tenant
        .directory
        .enabled()
        .take(50)
        .map(|member| {
            let person = &member.person;
            format!(
                "<li><a href=\"?{here}&amp;sim_person={}\">{} {}</a></li>",
                person.key, person.name, person.job_title
            )
        })
        .collect();
    format!(
        "<!doctype html><meta charset=utf-8><title>登录 Teambition</title><h1>以谁的身份登录？</h1><ul>{links}</ul>"
    )
}

/// `POST /oauth/userAccessToken`
pub(super) fn user_token(sim: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    let user = match call.needed("grantType")? {
        // The description spells these in two ways (§8).
        "authorization_code" | "authorizationCode" => {
            tenant.codes.remove(call.needed("code")?).ok_or_else(|| Refusal::bad("code 无效或已使用"))?
        }
        "refresh_token" | "refreshToken" => {
            let refresh = call.needed("refreshToken")?;
            let old = tenant.user_tokens.iter().find(|(_, known)| known.refresh == refresh);
            let (old, user) = old
                .map(|(token, known)| (token.clone(), known.user.clone()))
                .ok_or_else(|| Refusal::bad("refreshToken 无效"))?;
            tenant.user_tokens.remove(&old);
            user
        }
        _ => return Err(Refusal::bad("grantType 无效")),
    };
    let seconds = call.number("expires")?.unwrap_or(USER_TOKEN_LIFETIME);
    if !(1..=LONGEST_LIFETIME).contains(&seconds) {
        return Err(Refusal::bad("expires 无效"));
    }
    let lifetime = Duration::from_secs(seconds.unsigned_abs());
    let token = UserToken {
        user: user.clone(),
        refresh: sim.shell.random.hex::<20>(),
        expires: call.now.saturating_add(lifetime).unwrap_or(call.now),
    };
    let (access, refresh) = (sim.shell.random.hex::<20>(), token.refresh.clone());
    tenant.user_tokens.insert(access.clone(), token);
    Ok(Reply::of(json!({
        "accessToken": access, "expires": seconds, "refreshToken": refresh, "tokenType": "Bearer", "userId": user,
    })))
}

/// `POST /oauth/userInfo`
pub(super) fn user_info(_: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    let token = tenant.user_tokens.get(call.needed("userAccessToken")?).filter(|token| token.expires > call.now);
    let token = token.ok_or_else(|| Refusal::unauthorised("userAccessToken 无效或已过期"))?;
    let member = tenant.directory.user(&token.user).ok_or_else(|| Refusal::missing("用户"))?;
    Ok(Reply::of(json!({
        "userId": member.user_id, "avatarUrl": "", "name": member.person.name, "title": member.person.job_title,
    })))
}
