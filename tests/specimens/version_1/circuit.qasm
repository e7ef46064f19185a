// monitored_bell: duration = 1 µs, checks = 3, initial = ud
//
// Times are in µs. While time passes, the medium of the device acts on all NV qubits at once.
//   nv: the two NV qubits on the medium, nv[0] the paper's qubit 1
//   monitor: monitor qubits, which are not on the medium
//   parity: reads 1 where a check finds |σᶻ| = 0
// It is for the medium and device of experiment.toml, at the first value of what is scanned:
//   medium: a = 2 rad/µs, A = 1.2+0.9j rad/µs, q = 0.1, J = 0 rad/µs
//   device: detuning = 0.5 rad/µs, readout_error = [0.02, 0.05]
// Run it, with this text in experiment.qasm beside experiment.toml:
//   nvprotocol run experiment.qasm --device experiment.toml --postselect parity=1
OPENQASM 3.0;
include "stdgates.inc";
bit[3] parity;
qubit[2] nv;
qubit[1] monitor;
x nv[1];
barrier nv[0], nv[1];
delay[0.333333333333us] nv[0];
delay[0.333333333333us] nv[1];
cx nv[0], monitor[0];
cx nv[1], monitor[0];
parity[0] = measure monitor[0];
reset monitor[0];
barrier nv[0], nv[1];
delay[0.333333333333us] nv[0];
delay[0.333333333333us] nv[1];
cx nv[0], monitor[0];
cx nv[1], monitor[0];
parity[1] = measure monitor[0];
reset monitor[0];
barrier nv[0], nv[1];
delay[0.333333333333us] nv[0];
delay[0.333333333333us] nv[1];
cx nv[0], monitor[0];
cx nv[1], monitor[0];
parity[2] = measure monitor[0];
reset monitor[0];
