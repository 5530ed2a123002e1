//! Whether a machine is fit to measure. What it does not tell and the profile needs to know counts against it.

use super::Profile;
use crate::machine::{Identity, Readings};

/// One reason not to believe this machine's times, with its mend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objection {
    pub reason: String,
    pub mend: &'static str,
    /// Whether waiting may help: heat and load pass, a governor does not.
    pub passes: bool,
}

fn objection(reason: impl Into<String>, mend: &'static str) -> Option<Objection> {
    Some(Objection { reason: reason.into(), mend, passes: false })
}

/// One that may pass by itself.
fn passing(reason: String, mend: &'static str) -> Option<Objection> {
    Some(Objection { reason, mend, passes: true })
}

/// Everything that speaks against measuring now on this CPU.
pub fn before(profile: &Profile, identity: &Identity, readings: &Readings, cpu: u32) -> Vec<Objection> {
    [
        model(profile, identity),
        governor(readings, cpu),
        frequency(readings, cpu),
        boost(readings),
        isolation(profile, readings, cpu),
        pinned(readings, cpu),
        load(profile, readings),
        temperature(profile, readings, profile.start_millicelsius_max),
        firmware(profile, readings),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Everything that happened while measuring and spoils it. The load is our own by then.
pub fn after(profile: &Profile, before: &Readings, after: &Readings, cpu: u32) -> Vec<Objection> {
    [
        governor(after, cpu),
        frequency(after, cpu),
        temperature(profile, after, profile.end_millicelsius_max),
        firmware(profile, after),
        throttled_meanwhile(before, after),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn model(profile: &Profile, identity: &Identity) -> Option<Objection> {
    let wanted = profile.cpu.filter(|wanted| !identity.cpu.contains(wanted))?;
    objection(
        format!("profile {} is for a {wanted}; this machine is `{}`", profile.name, identity.cpu),
        "run it on that board, or take --profile host",
    )
}

fn governor(readings: &Readings, cpu: u32) -> Option<Objection> {
    match readings.governors.iter().find(|(number, _)| *number == cpu) {
        None => objection(
            format!("CPU {cpu} shows no frequency governor, as on virtual machines"),
            "measure on bare metal; here only counts are meaningful: gate --counts-only",
        ),
        Some((_, governor)) if governor != "performance" => objection(
            format!("the governor of CPU {cpu} is `{governor}`: its frequency changes while measuring"),
            "echo performance | sudo tee /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor",
        ),
        Some(_) => None,
    }
}

fn frequency(readings: &Readings, cpu: u32) -> Option<Objection> {
    let (now, max) = readings.frequency_khz.zip(readings.frequency_max_khz)?;
    // The kernel's figure of the moment wavers by a few per mille on x86.
    if now.saturating_mul(100) >= max.saturating_mul(97) {
        return None;
    }
    objection(
        format!("CPU {cpu} runs at {now} kHz of {max} kHz"),
        "lift scaling_max_freq, and look for heat or a weak power supply",
    )
}

fn boost(readings: &Readings) -> Option<Objection> {
    readings.boost.filter(|on| *on)?;
    objection(
        "the CPU may boost beyond what it can hold",
        "echo 1 | sudo tee /sys/devices/system/cpu/intel_pstate/no_turbo, or echo 0 into cpufreq/boost",
    )
}

fn isolation(profile: &Profile, readings: &Readings, cpu: u32) -> Option<Objection> {
    if !profile.isolated || readings.isolated.contains(&cpu) {
        return None;
    }
    objection(
        format!("CPU {cpu} is not isolated: other tasks run on it"),
        "add isolcpus=3 nohz_full=3 rcu_nocbs=3 to /boot/firmware/cmdline.txt and restart",
    )
}

fn pinned(readings: &Readings, cpu: u32) -> Option<Objection> {
    if readings.allowed == [cpu] {
        return None;
    }
    objection(
        format!("the measuring process is not pinned to CPU {cpu}"),
        "choose a CPU this process may use with --cpu, and check the runner's cpuset",
    )
}

fn load(profile: &Profile, readings: &Readings) -> Option<Objection> {
    match readings.load {
        None => objection("the load average is unknown", "mount /proc"),
        Some(load) if load > profile.load_max => passing(
            format!("the machine is busy: load average {load:.2}, at most {:.2}", profile.load_max),
            "stop other work, or let it settle: --settle 300",
        ),
        Some(_) => None,
    }
}

fn temperature(profile: &Profile, readings: &Readings, max: i64) -> Option<Objection> {
    match readings.temperature_millicelsius {
        None if profile.thermometer => objection(
            "the CPU's temperature is unknown",
            "make /sys/class/thermal or vcgencmd readable for the runner's user (group video)",
        ),
        Some(now) if now > max => passing(
            format!("the CPU has {} °C, at most {} °C", now / 1_000, max / 1_000),
            "cool it actively, or let it settle: --settle 300",
        ),
        None | Some(_) => None,
    }
}

/// The bits since boot stay set once they are: with one set, a new event would not be seen.
fn firmware(profile: &Profile, readings: &Readings) -> Option<Objection> {
    match readings.firmware {
        None if profile.firmware => objection(
            "`vcgencmd get_throttled` gives no answer",
            "install it (package raspi-utils) and put the runner's user into the group video",
        ),
        Some(flags) if flags.0 != 0 => objection(
            format!("the firmware reports: {} (0x{:x})", flags.meanings().join(", "), flags.0),
            "mend the power supply or the cooling, then restart: the bits since boot hide later events",
        ),
        None | Some(_) => None,
    }
}

fn throttled_meanwhile(before: &Readings, after: &Readings) -> Option<Objection> {
    let (then, now) = before.throttle_events.zip(after.throttle_events)?;
    if now <= then {
        return None;
    }
    objection(
        format!("the CPU was throttled {} times while measuring", now.saturating_sub(then)),
        "cool it, or lower scaling_max_freq to what it can hold",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::made::{Made, PI5, healthy};

    type Change = (&'static str, &'static str);

    /// A Pi 5 in good order except for these files; an empty text stands for a file that is not there.
    fn pi5(name: &str, changes: &[Change], answer: crate::machine::Answer) -> Vec<Objection> {
        let mut files: Vec<Change> = PI5.to_vec();
        for change in changes {
            files.retain(|(path, _)| path != &change.0);
            files.push(*change);
        }
        let made = Made::with(name, &files);
        let source = made.source(answer);
        before(&Profile::PI5, &Identity::read(&source), &Readings::read(&source, 3), 3)
    }

    fn check(name: &str, changes: &[Change], expected: &[&str]) {
        check_with(name, changes, healthy, expected);
    }

    fn check_with(name: &str, changes: &[Change], answer: crate::machine::Answer, expected: &[&str]) {
        let objections = pi5(name, changes, answer);
        assert_eq!(objections.len(), expected.len(), "{name}: {objections:?}");
        for (objection, part) in objections.iter().zip(expected) {
            assert!(objection.reason.contains(part), "{name}: `{}` lacks `{part}`", objection.reason);
            assert!(!objection.mend.is_empty());
        }
    }

    #[test]
    fn a_machine_in_good_order_is_fit() {
        check("fit", &[], &[]);
    }

    #[test]
    fn each_fault_is_named() {
        let governor = "sys/devices/system/cpu/cpu3/cpufreq/scaling_governor";
        let current = "sys/devices/system/cpu/cpu3/cpufreq/scaling_cur_freq";
        check("powersave", &[(governor, "powersave")], &["governor of CPU 3 is `powersave`"]);
        check("ondemand", &[(governor, "ondemand")], &["`ondemand`"]);
        check("capped", &[(current, "1500000")], &["runs at 1500000 kHz of 2400000 kHz"]);
        check("hot", &[("sys/class/thermal/thermal_zone0/temp", "71200")], &["71 °C, at most 65 °C"]);
        check("busy", &[("proc/loadavg", "3.51 2.0 1.0 4/212 1")], &["busy: load average 3.51"]);
        check("shared", &[("sys/devices/system/cpu/isolated", "2")], &["not isolated"]);
        check("loose", &[("proc/self/status", "Cpus_allowed_list:\t0-3\n")], &["not pinned to CPU 3"]);
        check("boost", &[("sys/devices/system/cpu/cpufreq/boost", "1")], &["boost"]);
        check(
            "pi4",
            &[("proc/device-tree/model", "Raspberry Pi 4 Model B Rev 1.5\0")],
            &["this machine is `Raspberry Pi 4 Model B Rev 1.5`"],
        );
    }

    #[test]
    fn what_is_not_told_counts_against() {
        check(
            "no-governor",
            &[("sys/devices/system/cpu/cpu3/cpufreq/scaling_governor", "")],
            &["no frequency governor"],
        );
        check("no-load", &[("proc/loadavg", "")], &["load average is unknown"]);
        check("no-isolation", &[("sys/devices/system/cpu/isolated", "")], &["not isolated"]);
        let silent = |command: &str, arguments: &[&str]| {
            if command == "vcgencmd" { None } else { healthy(command, arguments) }
        };
        check_with("no-vcgencmd", &[], silent, &["gives no answer"]);
        check_with(
            "no-temperature",
            &[("sys/class/thermal/thermal_zone0/temp", "")],
            silent,
            &["temperature is unknown", "gives no answer"],
        );
        // An unreadable frequency alone is no reason: the governor and the firmware tell enough.
        check("no-frequency", &[("sys/devices/system/cpu/cpu3/cpufreq/scaling_cur_freq", "")], &[]);
    }

    #[test]
    fn the_firmware_is_believed() {
        let now = |_: &str, _: &[&str]| Some("throttled=0x50005".to_owned());
        check_with("throttled", &[], now, &["voltage is too low, the CPU is throttled"]);
        let since_boot = |_: &str, _: &[&str]| Some("throttled=0x50000\n".to_owned());
        check_with("was-throttled", &[], since_boot, &["throttled since boot (0x50000)"]);
        let broken = |_: &str, _: &[&str]| Some("VCHI initialization failed".to_owned());
        check_with("broken", &[], broken, &["gives no answer"]);
    }

    #[test]
    fn a_host_without_thermometer_or_firmware_may_be_fit() {
        let made = Made::with(
            "host",
            &[
                ("proc/cpuinfo", "model name : Some CPU\n"),
                ("proc/loadavg", "0.30 0 0 1/2 3\n"),
                ("proc/self/status", "Cpus_allowed_list: 1\n"),
                ("sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "performance\n"),
            ],
        );
        let source = made.source(|_, _| None);
        let readings = Readings::read(&source, 1);
        assert_eq!(before(&Profile::HOST, &Identity::read(&source), &readings, 1), []);
        let virtual_machine = Readings { governors: Vec::new(), ..readings };
        let objections = before(&Profile::HOST, &Identity::read(&source), &virtual_machine, 1);
        assert_eq!(objections.len(), 1);
        assert!(objections[0].reason.contains("virtual machines"), "{objections:?}");
    }

    #[test]
    fn what_happens_meanwhile_spoils_it() {
        let made = Made::with("meanwhile", PI5);
        let then = Readings::read(&made.source(healthy), 3);
        let check = |now: Readings, expected: &[&str]| {
            let objections = after(&Profile::PI5, &then, &now, 3);
            assert_eq!(objections.len(), expected.len(), "{objections:?}");
            for (objection, part) in objections.iter().zip(expected) {
                assert!(objection.reason.contains(part), "{objection:?}");
            }
        };
        check(then.clone(), &[]);
        // Our own work is no fault, nor is warmth below the second bound.
        check(Readings { load: Some(1.9), temperature_millicelsius: Some(70_000), ..then.clone() }, &[]);
        check(Readings { temperature_millicelsius: Some(80_000), ..then.clone() }, &["80 °C, at most 75 °C"]);
        check(
            Readings { firmware: Some(crate::machine::FirmwareFlags(0x40000)), ..then.clone() },
            &["throttled since boot"],
        );
        check(Readings { frequency_khz: Some(1_000_000), ..then.clone() }, &["1000000 kHz"]);
        let counted = Readings { throttle_events: Some(2), ..then.clone() };
        let objections =
            after(&Profile::HOST, &counted, &Readings { throttle_events: Some(5), ..counted.clone() }, 3);
        assert_eq!(objections.len(), 1);
        assert!(objections[0].reason.contains("3 times while measuring"), "{objections:?}");
    }
}
