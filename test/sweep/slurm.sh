#!/usr/bin/env bash
# A sweep as a job array on a real Slurm: starts one node on this machine, submits examples/slurm as it stands, merges the
# shards and compares their export with that of the sweep run in one piece. Needs root and Debian's slurm-wlm and munge;
# `npm run build` first. Ends with exit code 0 only when all of it worked; 77 when Slurm is not installed.
set -euo pipefail
cd "$(dirname "$0")/../.."
for program in slurmctld slurmd sbatch munged; do
  command -v "$program" > /dev/null || { echo "skipped: $program is not installed (apt-get install slurm-wlm munge)"; exit 77; }
done

work=$(mktemp -d)
host=$(hostname -s)
pids=()
stop() {
  for pid in "${pids[@]}"; do kill "$pid" 2> /dev/null || true; done
  wait 2> /dev/null || true
  rm -rf "$work"
}
trap stop EXIT

# munge authenticates; a key and a socket of our own, so that nothing of the machine is changed
mkdir -m 755 "$work/munge"
dd if=/dev/urandom of="$work/munge/key" bs=128 count=1 status=none
chmod 600 "$work/munge/key"
chmod 755 "$work"
munged --foreground --force --key-file="$work/munge/key" --socket="$work/munge/socket" \
  --pid-file="$work/munge/pid" --log-file="$work/munge/log" --seed-file="$work/munge/seed" &
pids+=($!)

export SLURM_CONF="$work/slurm.conf"
cat > "$SLURM_CONF" << CONF
ClusterName=laboratory
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$work/munge/socket
CredType=cred/munge
SlurmctldPort=16817
SlurmdPort=16818
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
MpiDefault=none
ReturnToService=2
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP
CONF
mkdir "$work/state" "$work/spool"
logs() { tail -n 20 "$work"/slurmctld.log "$work"/slurmd.log "$work"/munge/log 2> /dev/null || true; }
trap 'logs; stop' ERR
slurmctld -D & pids+=($!)
slurmd -D & pids+=($!)
for _ in $(seq 60); do
  sinfo -h -o %T 2> /dev/null | grep -q idle && break
  sleep 0.5
done
sinfo -h -o %T | grep -q idle || { echo "the node did not come up"; logs; exit 1; }

# the example, with this repository's command line on the path
cp -r examples/slurm "$work/job"
mkdir "$work/bin"
printf '#!/bin/sh\nexec %q %q "$@"\n' "$(command -v node)" "$PWD/dist/cli.js" > "$work/bin/unigram-lab"
chmod +x "$work/bin/unigram-lab"
export PATH="$work/bin:$PATH"
cd "$work/job"
sbatch --wait sweep.sbatch
unigram-lab merge merged results-*
unigram-lab sweep sweep.json --out whole
unigram-lab export merged --out merged.csv
unigram-lab export whole --out whole.csv
cmp merged.csv whole.csv
echo "passed: $(ls -d results-* | wc -l) Slurm tasks, merged, give the bytes of the sweep in one piece"
