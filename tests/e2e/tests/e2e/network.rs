//! What other machines could reach: keys, TLS, and what is refused without them.

use ppob_e2e::{Engine, Problem, Result, World};

/// Makes a key for `shop`, configures it, and gives it.
async fn configure_a_key(world: &mut World) -> Result<String> {
    let made = world.run(&["key", "new", "shop"]).await?;
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    let key = made.stdout.lines().find_map(|line| line.strip_prefix("  ppob_"));
    let key = key.ok_or_else(|| Problem::new(format!("no key in {}", made.stdout)))?;
    let table = made.stdout.find("[[consumer]]").and_then(|at| made.stdout.get(at..));
    world.config.push_str(table.ok_or_else(|| Problem::new("no table to configure"))?);
    Ok(format!("ppob_{key}"))
}

/// Runs `ppob products` with these options; exit code, and what it said.
async fn products(world: &World, options: &[&str]) -> Result<(Option<i32>, String)> {
    let arguments: Vec<&str> = ["products"].iter().chain(options).copied().collect();
    let ended = world.run(&arguments).await?;
    Ok((ended.code, format!("{}{}", ended.stdout, ended.stderr)))
}

#[tokio::test]
async fn a_key_that_was_made_is_taken_through_tls_and_kept_nowhere() -> Result<()> {
    let mut world = World::with_tls().await?;
    let key = configure_a_key(&mut world).await?;
    let engine: Engine = world.serve_without_prices().await?;
    let address = engine.addresses.api.clone();
    let encrypted = format!("https://{address}");
    let tls = ["--address", encrypted.as_str(), "--ca", "api.pem"];
    let with = |more: &'static [&'static str]| [&tls[..], more].concat();

    let (code, said) = products(&world, &[&tls[..], &["--api-key", &key]].concat()).await?;
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = products(&world, &with(&["--api-key", "ppob_wrong"])).await?;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("the API key is not known"), "{said}");
    let (code, said) = products(&world, &with(&[])).await?;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("no API key was given"), "{said}");
    // Without TLS, or without anybody to trust, nothing is sent.
    let (code, said) = products(&world, &["--address", &address, "--api-key", &key]).await?;
    assert_eq!(code, Some(5), "{said}");
    assert!(said.contains("speaks TLS; use https://"), "{said}");
    let (code, said) = products(&world, &tls[..2]).await?;
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("--ca"), "{said}");

    assert!(!engine.process().stderr().contains(&key), "the key is in the log");
    assert!(!std::fs::read_to_string(world.write_config()?)?.contains(&key));
    assert_eq!(engine.stop().await?.code, Some(0));
    Ok(())
}

#[tokio::test]
async fn tls_where_none_is_spoken_is_explained() -> Result<()> {
    let world = World::new().await?;
    let engine = world.serve_without_prices().await?;
    let authority = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()])?;
    std::fs::write(world.directory().join("ca.pem"), authority.cert.pem())?;
    let address = format!("https://{}", engine.addresses.api);
    let (code, said) = products(&world, &["--address", &address, "--ca", "ca.pem"]).await?;
    assert_eq!(code, Some(5), "{said}");
    assert!(said.contains("speaks no TLS"), "{said}");
    Ok(())
}

#[tokio::test]
async fn an_address_that_others_reach_is_refused_unless_it_is_named_and_then_warned_about()
-> Result<()> {
    let mut world = World::new().await?;
    world.config = world.config.replace("api = \"127.0.0.1:0\"", "api = \"0.0.0.0:0\"");
    let refused = world.serve_in_vain().await?;
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    assert!(refused.stderr.contains("`listen.api` is 0.0.0.0:0"), "{}", refused.stderr);
    world.config = world.config.replace("[listen]", "[listen]\ninsecure = [\"api\"]");
    let engine = world.serve_without_prices().await?;
    let ended = engine.stop().await?;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stderr.contains("can be reached from other machines"), "{}", ended.stderr);
    Ok(())
}

#[tokio::test]
async fn a_tls_key_that_everybody_can_read_is_refused() -> Result<()> {
    let world = World::with_tls().await?;
    let key = world.directory().join("api.key");
    std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
    let refused = world.serve_in_vain().await?;
    assert_ne!(refused.code, Some(0));
    assert!(refused.stderr.contains("can be read by every user"), "{}", refused.stderr);
    Ok(())
}

#[tokio::test]
async fn where_no_provider_sends_callbacks_nothing_listens_for_them() -> Result<()> {
    let mut world = World::new().await?;
    // A port in use is no reason not to start then.
    let used = std::net::TcpListener::bind("127.0.0.1:0")?;
    let callbacks = format!("callbacks = \"{}\"", used.local_addr()?);
    world.config = world.config.replace("callbacks = \"127.0.0.1:0\"", &callbacks);
    let engine = world.serve_without_prices().await?;
    assert_eq!(engine.addresses.callbacks, None);
    let checked = world.run(&["config", "check", "--config", &world.write_config()?]).await?;
    assert!(!checked.stdout.contains("# Callbacks"), "{}", checked.stdout);
    assert_eq!(engine.stop().await?.code, Some(0));
    Ok(())
}
