// finite_rate_monitoring: duration = 6 µs, period = 0.5 µs, initial = ud
//
// Times are in µs. While time passes, the medium of the device acts on all NV qubits at once.
//   nv: the two NV qubits on the medium, nv[0] the paper's qubit 1
//   monitor: monitor qubits, which are not on the medium
//   parity: reads 1 where a check accepts, |σᶻ| = 0
// It is for the medium and device of finite_rate_monitoring.toml, at the first value of what is scanned:
//   medium: a = 1 rad/µs, A = 0.9 rad/µs, q = 0
//   device: all by default, ideal instruments
// Run it, with this text in finite_rate_monitoring.qasm next to finite_rate_monitoring.toml:
//   nvprotocol run finite_rate_monitoring.qasm --device finite_rate_monitoring.toml --postselect parity=1
OPENQASM 3.0;
include "stdgates.inc";
bit[12] parity;
qubit[2] nv;
qubit[1] monitor;
x nv[1];
barrier nv[0], nv[1];
delay[0.5us] nv[0];
delay[0.5us] nv[1];
cx nv[0], monitor[0];
cx nv[1], monitor[0];
parity[0] = measure monitor[0];
reset monitor[0];
barrier nv[0], nv[1];
delay[0.5us] nv[0];
delay[0.5us] nv[1];
cx nv[0], monitor[0];
cx nv[1], monitor[0];
parity[1] = measure monitor[0];
reset monitor[0];
barrier nv[0], nv[1];
delay[0.5us] nv[0];
delay[0.5us] nv[1];
cx nv[0], monitor[0];
cx nv[1], monitor[0];
parity[2] = measure monitor[0];
reset monitor[0];
barrier nv[0], nv[1];
delay[0.5us] nv[0];
delay[0.5us] nv[1];
cx nv[0], monitor[0];
cx nv[1], monitor[0];
parity[3] = measure monitor[0];
reset monitor[0];
barrier nv[0], nv[1];
delay[0.5us] nv[0];
delay[0.5us] nv[1];
cx nv[0], monitor[0];
cx nv[1], monitor[0];
parity[4] = measure monitor[0];
reset monitor[0];
barrier nv[0], nv[1];
delay[0.5us] nv[0];
delay[0.5us] nv[1];
cx nv[0], monitor[0];
cx nv[1], monitor[0];
parity[5] = measure monitor[0];
reset monitor[0];
barrier nv[0], nv[1];
delay[0.5us] nv[0];
delay[0.5us] nv[1];
cx nv[0], monitor[0];
cx nv[1], monitor[0];
parity[6] = measure monitor[0];
reset monitor[0];
barrier nv[0], nv[1];
delay[0.5us] nv[0];
delay[0.5us] nv[1];
cx nv[0], monitor[0];
cx nv[1], monitor[0];
parity[7] = measure monitor[0];
reset monitor[0];
barrier nv[0], nv[1];
delay[0.5us] nv[0];
delay[0.5us] nv[1];
cx nv[0], monitor[0];
cx nv[1], monitor[0];
parity[8] = measure monitor[0];
reset monitor[0];
barrier nv[0], nv[1];
delay[0.5us] nv[0];
delay[0.5us] nv[1];
cx nv[0], monitor[0];
cx nv[1], monitor[0];
parity[9] = measure monitor[0];
reset monitor[0];
barrier nv[0], nv[1];
delay[0.5us] nv[0];
delay[0.5us] nv[1];
cx nv[0], monitor[0];
cx nv[1], monitor[0];
parity[10] = measure monitor[0];
reset monitor[0];
barrier nv[0], nv[1];
delay[0.5us] nv[0];
delay[0.5us] nv[1];
cx nv[0], monitor[0];
cx nv[1], monitor[0];
parity[11] = measure monitor[0];
reset monitor[0];
