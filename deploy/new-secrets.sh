#!/bin/sh
# Makes the secrets that docker-compose.yml mounts, in deploy/secrets; what is there is kept. The folder is closed to others,
# the files in it are readable: a container's plain user reads them through a mount of the file alone.
set -eu

folder=$(dirname "$0")/secrets
mkdir -p "$folder"
chmod 700 "$folder"
make() {
  [ -s "$folder/$1" ] || cat >"$folder/$1"
  chmod 444 "$folder/$1"
}
head -c 24 /dev/urandom | od -An -vtx1 | tr -d ' \n' | make postgres_password
# What `muster keys new` makes: 32 bytes in base64. Without it what is in Temporal cannot be read: keep a copy elsewhere.
head -c 32 /dev/urandom | base64 | tr -d '\n' | make muster_key
# With which the temporal command asks the codec server.
head -c 32 /dev/urandom | base64 | tr -d '\n' | make codec_token
echo "Secrets are in $folder."
