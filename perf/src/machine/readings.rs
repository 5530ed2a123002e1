//! The state a machine is in: governor, temperature, throttling, load. Read before and after measuring.

use serde::{Deserialize, Serialize};

use super::Source;

/// What `vcgencmd get_throttled` says: bits 0 to 3 tell of now, bits 16 to 19 of any time since boot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirmwareFlags(pub u32);

impl FirmwareFlags {
    const MEANINGS: [(u32, &str); 8] = [
        (0, "the supply's voltage is too low"),
        (1, "the frequency is capped"),
        (2, "the CPU is throttled"),
        (3, "the soft temperature limit is active"),
        (16, "the supply's voltage was too low since boot"),
        (17, "the frequency was capped since boot"),
        (18, "the CPU was throttled since boot"),
        (19, "the soft temperature limit was active since boot"),
    ];

    /// What the flags that are set mean.
    pub fn meanings(self) -> Vec<&'static str> {
        Self::MEANINGS.iter().filter(|(bit, _)| self.0 >> bit & 1 == 1).map(|(_, meaning)| *meaning).collect()
    }

    /// Reads `throttled=0x50005`, or the same number alone as older kernels' sysfs has it.
    fn parse(text: &str) -> Option<Self> {
        let number = text.trim().trim_start_matches("throttled=").trim_start_matches("0x");
        u32::from_str_radix(number, 16).ok().map(Self)
    }
}

/// One reading of the state; `None` is what the machine does not tell.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Readings {
    /// The frequency governor of each CPU that has one.
    pub governors: Vec<(u32, String)>,
    /// The measured CPU's frequency now and the most it can do, in kHz.
    pub frequency_khz: Option<u64>,
    pub frequency_max_khz: Option<u64>,
    /// Whether the CPU may run faster than it can for long (turbo, boost).
    pub boost: Option<bool>,
    /// The hottest zone that belongs to the CPU, in thousandths of a degree Celsius.
    pub temperature_millicelsius: Option<i64>,
    /// A Raspberry Pi's firmware.
    pub firmware: Option<FirmwareFlags>,
    /// How often x86 CPUs were throttled for heat since boot.
    pub throttle_events: Option<u64>,
    /// Runnable tasks, averaged over the last minute.
    pub load: Option<f64>,
    /// CPUs that the kernel keeps free of other work.
    pub isolated: Vec<u32>,
    /// CPUs this process may run on.
    pub allowed: Vec<u32>,
}

impl Readings {
    /// Reads the state, with the frequencies of this CPU.
    pub fn read(source: &Source, cpu: u32) -> Self {
        let cpufreq = format!("sys/devices/system/cpu/cpu{cpu}/cpufreq");
        Self {
            governors: source
                .numbered("sys/devices/system/cpu", "cpu")
                .into_iter()
                .filter_map(|(number, path)| {
                    Some((number, source.text(path.join("cpufreq/scaling_governor"))?))
                })
                .collect(),
            frequency_khz: source.number(format!("{cpufreq}/scaling_cur_freq")),
            frequency_max_khz: source.number(format!("{cpufreq}/cpuinfo_max_freq")),
            boost: boost(source),
            temperature_millicelsius: temperature(source),
            firmware: firmware(source),
            throttle_events: throttle_events(source),
            load: source
                .text("proc/loadavg")
                .and_then(|text| text.split_whitespace().next().and_then(|first| first.parse().ok())),
            isolated: source
                .text("sys/devices/system/cpu/isolated")
                .map(|text| list(&text))
                .unwrap_or_default(),
            allowed: source
                .text("proc/self/status")
                .and_then(|text| {
                    text.lines().find_map(|line| {
                        line.strip_prefix("Cpus_allowed_list:").map(|rest| list(rest.trim()))
                    })
                })
                .unwrap_or_default(),
        }
    }
}

/// Zones of the CPU: `cpu-thermal` on boards, `x86_pkg_temp` and the drivers' names on PCs. Others (battery, wireless) tell nothing.
fn temperature(source: &Source) -> Option<i64> {
    source
        .numbered("sys/class/thermal", "thermal_zone")
        .into_iter()
        .filter(|(_, path)| {
            source.text(path.join("type")).is_some_and(|kind| {
                let kind = kind.to_ascii_lowercase();
                ["cpu", "x86_pkg", "soc", "coretemp", "k10temp"].iter().any(|part| kind.contains(part))
            })
        })
        .filter_map(|(_, path)| source.number(path.join("temp")))
        .max()
        .or_else(|| {
            let text = source.ask("vcgencmd", &["measure_temp"])?;
            let degrees: f64 = text.strip_prefix("temp=")?.strip_suffix("'C")?.parse().ok()?;
            format!("{:.0}", degrees * 1_000.0).parse().ok()
        })
}

fn firmware(source: &Source) -> Option<FirmwareFlags> {
    source
        .ask("vcgencmd", &["get_throttled"])
        .or_else(|| source.text("sys/devices/platform/soc/soc:firmware/get_throttled"))
        .and_then(|text| FirmwareFlags::parse(&text))
}

fn throttle_events(source: &Source) -> Option<u64> {
    source
        .numbered("sys/devices/system/cpu", "cpu")
        .into_iter()
        .flat_map(|(_, path)| {
            ["core_throttle_count", "package_throttle_count"]
                .map(|name| source.number::<u64>(path.join("thermal_throttle").join(name)))
        })
        .flatten()
        .reduce(u64::saturating_add)
}

fn boost(source: &Source) -> Option<bool> {
    let cpu = "sys/devices/system/cpu";
    let forbidden: Option<u8> = source.number(format!("{cpu}/intel_pstate/no_turbo"));
    let allowed: Option<u8> = source.number(format!("{cpu}/cpufreq/boost"));
    forbidden.map(|no| no == 0).or(allowed.map(|yes| yes == 1))
}

/// The kernel's way to write sets of CPUs: `0-2,5`.
fn list(text: &str) -> Vec<u32> {
    text.split(',')
        .filter_map(|part| {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            Some(first.trim().parse::<u32>().ok()?..=last.trim().parse::<u32>().ok()?)
        })
        .flatten()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::made::{Made, PI5, healthy};

    #[test]
    fn a_machine_that_tells_all() {
        let made = Made::with("readings-pi", PI5);
        let readings = Readings::read(&made.source(healthy), 3);
        assert_eq!(readings.governors, [(0, "performance".to_owned()), (3, "performance".to_owned())]);
        assert_eq!((readings.frequency_khz, readings.frequency_max_khz), (Some(2_400_000), Some(2_400_000)));
        assert_eq!(readings.temperature_millicelsius, Some(48_300));
        assert_eq!(readings.firmware, Some(FirmwareFlags(0)));
        assert_eq!(readings.load, Some(0.08));
        assert_eq!((readings.isolated, readings.allowed), (vec![3], vec![3]));
    }

    #[test]
    fn a_machine_that_tells_nothing() {
        let made = Made::with("readings-none", &[]);
        assert_eq!(Readings::read(&made.source(|_, _| None), 0), Readings::default());
    }

    #[test]
    fn a_pc() {
        let made = Made::with(
            "readings-pc",
            &[
                ("sys/class/thermal/thermal_zone0/type", "acpitz"),
                ("sys/class/thermal/thermal_zone0/temp", "99000"),
                ("sys/class/thermal/thermal_zone1/type", "x86_pkg_temp"),
                ("sys/class/thermal/thermal_zone1/temp", "61000"),
                ("sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count", "3"),
                ("sys/devices/system/cpu/cpu1/thermal_throttle/core_throttle_count", "4"),
                ("sys/devices/system/cpu/intel_pstate/no_turbo", "0"),
            ],
        );
        let readings = Readings::read(&made.source(|_, _| None), 0);
        assert_eq!(readings.temperature_millicelsius, Some(61_000));
        assert_eq!(readings.throttle_events, Some(7));
        assert_eq!(readings.boost, Some(true));
    }

    #[test]
    fn the_firmwares_flags() {
        let check = |text: &str, expected: Option<usize>| {
            assert_eq!(FirmwareFlags::parse(text).map(|flags| flags.meanings().len()), expected, "{text}");
        };
        check("throttled=0x0\n", Some(0));
        check("throttled=0x50005", Some(4));
        check("throttled=0xe0008", Some(4));
        check("50000", Some(2));
        check("VCHI initialization failed", None);
        check("throttled=", None);
    }

    #[test]
    fn the_temperature_may_come_from_the_firmware() {
        let made = Made::with("readings-vc", &[]);
        assert_eq!(Readings::read(&made.source(healthy), 0).temperature_millicelsius, Some(48_300));
    }

    #[test]
    fn sets_of_cpus() {
        assert_eq!(list("0-2,5"), [0, 1, 2, 5]);
        assert_eq!(list("3"), [3]);
        assert_eq!(list(""), Vec::<u32>::new());
        assert_eq!(list("(null)"), Vec::<u32>::new());
    }
}
