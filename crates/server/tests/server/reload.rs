//! Reading the configuration again, over gRPC.

use std::sync::{Arc, Mutex};

use ppob_api::error::{may_be_accepted, reason, reason_of};
use ppob_api::v1::{ReloadConfigRequest, ReloadConfigResponse};
use ppob_journal::Who;
use ppob_server::{ConfigSource, NotReloaded, Reloaded};
use tonic::Code;

use crate::support::World;

/// Gives these answers in turn, and keeps what it was asked.
#[derive(Debug, Default)]
struct Source {
    answers: Mutex<Vec<Result<Reloaded, NotReloaded>>>,
    asked: Mutex<Vec<(String, bool)>>,
}

#[async_trait::async_trait]
impl ConfigSource for Source {
    async fn reload(&self, who: &Who, validate_only: bool) -> Result<Reloaded, NotReloaded> {
        self.asked.lock().unwrap().push((who.actor.clone(), validate_only));
        self.answers.lock().unwrap().remove(0)
    }
}

fn request(actor: &str, validate_only: bool) -> ReloadConfigRequest {
    ReloadConfigRequest { actor: actor.to_owned(), validate_only }
}

#[tokio::test]
async fn what_reading_the_configuration_again_changed_is_told() {
    let source = Arc::new(Source::default());
    let told = Reloaded {
        changed_keys: vec!["payments.pay_within_s".to_owned()],
        restart_keys: vec!["listen.api".to_owned()],
        warnings: vec!["mind this".to_owned()],
    };
    *source.answers.lock().unwrap() = vec![Ok(told.clone()), Ok(told)];
    let shared = Arc::clone(&source);
    let mut world = World::with(None, |options| options.config = Some(shared)).await;
    for check in [true, false] {
        let answer = world.operator.reload_config(request("sari", check)).await.unwrap();
        assert_eq!(
            answer.into_inner(),
            ReloadConfigResponse {
                changed_keys: vec!["payments.pay_within_s".to_owned()],
                restart_keys: vec!["listen.api".to_owned()],
                warnings: vec!["mind this".to_owned()],
            }
        );
    }
    let nobody = world.operator.reload_config(request(" ", false)).await.unwrap_err();
    assert_eq!(reason_of(&nobody).as_deref(), Some(reason::FIELD_INVALID));
    let sari = "sari".to_owned();
    assert_eq!(*source.asked.lock().unwrap(), [(sari.clone(), true), (sari, false)]);
    world.end().await;
}

#[tokio::test]
async fn a_wrong_configuration_and_a_journal_that_is_down_change_nothing_and_say_so() {
    let source = Arc::new(Source::default());
    let sentence = "unknown key `payments.x` in ppob.toml".to_owned();
    *source.answers.lock().unwrap() = vec![
        Err(NotReloaded::Invalid(sentence.clone())),
        Err(NotReloaded::JournalUnavailable("the journal cannot be used".to_owned())),
    ];
    let shared = Arc::clone(&source);
    let mut world = World::with(None, |options| options.config = Some(shared)).await;
    let invalid = world.operator.reload_config(request("sari", false)).await.unwrap_err();
    assert_eq!(reason_of(&invalid).as_deref(), Some(reason::CONFIG_INVALID));
    assert_eq!(invalid.code(), Code::FailedPrecondition);
    assert!(invalid.message().starts_with(&sentence), "{}", invalid.message());
    assert!(!may_be_accepted(&invalid));
    let down = world.operator.reload_config(request("sari", false)).await.unwrap_err();
    assert_eq!(reason_of(&down).as_deref(), Some(reason::JOURNAL_UNAVAILABLE));
    assert!(!may_be_accepted(&down));
    world.end().await;
}

#[tokio::test]
async fn a_server_without_a_configuration_says_that_it_cannot() {
    let mut world = World::new().await;
    let status = world.operator.reload_config(request("sari", false)).await.unwrap_err();
    assert_eq!(status.code(), Code::Unimplemented);
    world.end().await;
}
