/*
 * A plugin for qemu's user-mode emulation that counts the guest's instructions.
 *
 * Each time the guest writes to its standard error, the count so far is kept; when the guest ends, all counts are
 * written to the file named by `out=`, one a line. A measured program puts a one-byte write before and after what it
 * measures: the difference of two counts is exactly what ran between them.
 *
 *     cc -shared -fPIC -O2 -DPLUGIN_API=1 -o count.so count.c       (PLUGIN_API=2 from qemu 9 on)
 *     qemu-aarch64 -plugin ./count.so,out=marks.txt program
 *
 * Distributions ship qemu without the header of its plugin interface, so the few functions that are used are declared
 * here; qemu resolves them when it loads the plugin. Only single-threaded guests are counted rightly.
 */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct qemu_plugin_tb;
typedef uint64_t id_t_;

extern void qemu_plugin_register_vcpu_tb_trans_cb(id_t_, void (*)(id_t_, struct qemu_plugin_tb *));
extern size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
extern void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *, void (*)(unsigned, void *), int, void *);
extern void qemu_plugin_register_vcpu_syscall_cb(
    id_t_, void (*)(id_t_, unsigned, int64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t));
extern void qemu_plugin_register_atexit_cb(id_t_, void (*)(id_t_, void *), void *);

__attribute__((visibility("default"))) int qemu_plugin_version = PLUGIN_API;

enum { WRITE_ON_AARCH64 = 64, STANDARD_ERROR = 2, MARKS_MAX = 1 << 16, REGISTERS_UNUSED = 0 };

static uint64_t executed;
static uint64_t marks[MARKS_MAX];
static size_t marks_taken;
static const char *out_path;

static void block_runs(unsigned cpu, void *instructions) {
    (void)cpu;
    executed += (uintptr_t)instructions;
}

static void block_is_translated(id_t_ id, struct qemu_plugin_tb *block) {
    (void)id;
    qemu_plugin_register_vcpu_tb_exec_cb(block, block_runs, REGISTERS_UNUSED, (void *)qemu_plugin_tb_n_insns(block));
}

static void system_is_called(id_t_ id, unsigned cpu, int64_t number, uint64_t a1, uint64_t a2, uint64_t a3,
                             uint64_t a4, uint64_t a5, uint64_t a6, uint64_t a7, uint64_t a8) {
    (void)id, (void)cpu, (void)a2, (void)a3, (void)a4, (void)a5, (void)a6, (void)a7, (void)a8;
    if (number == WRITE_ON_AARCH64 && a1 == STANDARD_ERROR && marks_taken < MARKS_MAX) {
        marks[marks_taken++] = executed;
    }
}

static void guest_ends(id_t_ id, void *unused) {
    (void)id, (void)unused;
    FILE *out = fopen(out_path, "w");
    if (out == NULL) {
        perror(out_path);
        return;
    }
    for (size_t at = 0; at < marks_taken; at++) {
        fprintf(out, "%" PRIu64 "\n", marks[at]);
    }
    fclose(out);
}

__attribute__((visibility("default"))) int qemu_plugin_install(id_t_ id, const void *info, int argc, char **argv) {
    (void)info;
    if (argc != 1 || strncmp(argv[0], "out=", 4) != 0) {
        fprintf(stderr, "count: one argument is needed, out=FILE\n");
        return 1;
    }
    out_path = strdup(argv[0] + 4);
    qemu_plugin_register_vcpu_tb_trans_cb(id, block_is_translated);
    qemu_plugin_register_vcpu_syscall_cb(id, system_is_called);
    qemu_plugin_register_atexit_cb(id, guest_ends, NULL);
    return 0;
}
