//! A server of one's own: it is like one in production, and dies and stands still when it is told to.

use std::fs;
use std::path::Path;

use ppob_test_postgres::{Cluster, Database, processes_in, psql};

#[test]
fn what_decides_about_durability_is_as_in_production() {
    let cluster = Cluster::start().unwrap();
    for setting in ["fsync", "full_page_writes", "synchronous_commit"] {
        assert_eq!(psql(&cluster.url(), &format!("SHOW {setting}")).unwrap(), "on", "{setting}");
    }
    assert_eq!(psql(&cluster.url(), "SHOW max_connections").unwrap(), "300");
    assert_eq!(psql(&cluster.url(), "SHOW listen_addresses").unwrap(), "");
}

#[test]
fn a_setting_can_be_another_one() {
    let cluster = Cluster::start_with(&[("synchronous_commit", "off")]).unwrap();
    assert_eq!(psql(&cluster.url(), "SHOW synchronous_commit").unwrap(), "off");
}

#[test]
fn a_killed_server_leaves_no_process_and_comes_back_with_what_was_committed() {
    let mut cluster = Cluster::start().unwrap();
    let url = cluster.url();
    psql(&url, "CREATE TABLE paid (id int)").unwrap();
    for life in 1..=3 {
        psql(&url, &format!("INSERT INTO paid VALUES ({life})")).unwrap();
        cluster.kill().unwrap();
        assert_eq!(cluster.processes().unwrap(), [0; 0]);
        psql(&url, "SELECT 1").unwrap_err();

        cluster.restart().unwrap();
        assert_eq!(psql(&url, "SELECT count(*) FROM paid").unwrap(), life.to_string());
    }
    let recoveries = cluster.log().matches("database system was not properly shut down").count();
    assert_eq!(recoveries, 3, "{}", cluster.log());
}

#[test]
fn a_stopped_server_comes_back_without_a_recovery() {
    let mut cluster = Cluster::start().unwrap();
    psql(&cluster.url(), "CREATE TABLE paid (id int); INSERT INTO paid VALUES (1)").unwrap();
    cluster.stop().unwrap();
    assert_eq!(cluster.processes().unwrap(), [0; 0]);
    psql(&cluster.url(), "SELECT 1").unwrap_err();

    cluster.restart().unwrap();
    assert_eq!(psql(&cluster.url(), "SELECT id FROM paid").unwrap(), "1");
    assert!(!cluster.log().contains("not properly shut down"), "{}", cluster.log());
}

#[test]
fn a_server_that_runs_is_started_again_on_the_same_address() {
    let mut cluster = Cluster::start().unwrap();
    let (url, started) = (cluster.url(), "SELECT pg_postmaster_start_time()");
    let first = psql(&url, started).unwrap();
    cluster.restart().unwrap();
    assert_eq!(cluster.url(), url);
    assert_ne!(psql(&url, started).unwrap(), first);
}

#[test]
fn every_process_of_a_frozen_server_stands_still_until_it_may_go_on() {
    let cluster = Cluster::start().unwrap();
    cluster.freeze().unwrap();
    let frozen = cluster.processes().unwrap();
    assert!(frozen.len() > 1, "{frozen:?}");
    let going_on: Vec<&i32> = frozen.iter().filter(|process| state(**process) != 'T').collect();
    assert!(going_on.is_empty(), "{going_on:?}");
    cluster.resume().unwrap();
    assert_eq!(psql(&cluster.url(), "SELECT 1").unwrap(), "1");
}

#[test]
fn a_paused_server_can_be_killed_and_dropped() {
    let mut cluster = Cluster::start().unwrap();
    cluster.pause().unwrap();
    cluster.kill().unwrap();
    cluster.restart().unwrap();
    cluster.pause().unwrap();
    let data = cluster.data_directory();
    drop(cluster);
    assert_nothing_is_left(&data);
}

#[test]
fn a_dropped_cluster_leaves_no_process_and_no_directory() {
    let cluster = Cluster::start().unwrap();
    let data = cluster.data_directory();
    assert!(processes_in(&data).unwrap().len() > 1);
    drop(cluster);
    assert_nothing_is_left(&data);
}

#[test]
fn a_killed_cluster_that_is_dropped_leaves_neither_a_directory_nor_shared_memory() {
    let mut cluster = Cluster::start().unwrap();
    let data = cluster.data_directory();
    cluster.kill().unwrap();
    let file = fs::read_to_string(data.join("postmaster.pid")).unwrap();
    let segment = file.lines().nth(6).unwrap().split_whitespace().nth(1).unwrap().to_owned();
    assert!(segments().contains(&segment), "{segment}");
    drop(cluster);
    assert!(!segments().contains(&segment), "{segment}");
    assert_nothing_is_left(&data);
}

#[test]
fn a_database_outlives_its_server_and_is_dropped_without_it() {
    let mut cluster = Cluster::start().unwrap();
    let database = Database::fresh_on(&cluster.url()).unwrap();
    psql(&database.url(), "CREATE TABLE paid (id int)").unwrap();
    cluster.kill().unwrap();
    cluster.restart().unwrap();
    assert_eq!(psql(&database.url(), "SELECT count(*) FROM paid").unwrap(), "0");
    cluster.kill().unwrap();
    drop(database);
}

#[test]
fn a_server_that_cannot_start_tells_the_end_of_its_log() {
    let problem = Cluster::start_with(&[("shared_buffers", "much")]).unwrap_err().to_string();
    assert!(problem.contains("ended at its start"), "{problem}");
    assert!(problem.contains("shared_buffers"), "{problem}");
}

fn assert_nothing_is_left(data: &Path) {
    assert_eq!(processes_in(data).unwrap(), [0; 0]);
    assert!(!data.parent().unwrap().exists(), "{}", data.display());
}

/// As `ps` tells it: `T` is stopped.
fn state(process: i32) -> char {
    let told = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    told.rsplit(") ").next().unwrap().chars().next().unwrap()
}

/// The numbers of the shared memory of this machine.
fn segments() -> Vec<String> {
    let told = fs::read_to_string("/proc/sysvipc/shm").unwrap();
    let number = |line: &str| line.split_whitespace().nth(1).map(str::to_owned);
    told.lines().skip(1).filter_map(number).collect()
}
