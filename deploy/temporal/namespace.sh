#!/bin/sh
# Makes the namespace and Muster's search attributes where they are missing. Repeatable. Needs the Temporal CLI, which reads
# TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE; MUSTER_RETENTION is how long ended runs are remembered.
set -eu

until temporal operator cluster health >/dev/null 2>&1; do sleep 1; done
temporal operator namespace describe -n "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
  temporal operator namespace create -n "$TEMPORAL_NAMESPACE" --retention "$MUSTER_RETENTION"
# For up to two seconds after its creation the server does not know its own namespace.
until temporal workflow list --limit 1 >/dev/null 2>&1; do sleep 1; done

there=$(temporal operator search-attribute list)
known='MusterKey IS NULL'
for attribute in \
  MusterConnection=Keyword MusterVendor=Keyword MusterKey=Keyword MusterJob=Keyword MusterStage=Keyword \
  MusterWaitingOn=Keyword MusterReason=Keyword MusterSince=Datetime MusterDebts=Int; do
  known="$known AND ${attribute%=*} IS NULL"
  case $there in *"${attribute%=*} "*) continue ;; esac
  temporal operator search-attribute create --name "${attribute%=*}" --type "${attribute#*=}"
done
# Nor its attributes for some seconds: a run that bears them would be refused.
until temporal workflow list --limit 1 --query "$known" >/dev/null 2>&1; do sleep 1; done
echo "The namespace $TEMPORAL_NAMESPACE is ready."
