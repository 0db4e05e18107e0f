#!/bin/sh
# Fetches two versions of GitHub's REST description (12 MB, 800 paths each) into the ignored folder corpus/.
# Needs npm and tar; nothing else in the repository depends on it.
set -eu
cd "$(dirname "$0")/.."
mkdir -p corpus
for version in "${1:-22.0.0}" "${2:-23.0.2}"; do
    target="corpus/github-$version.json"
    [ -s "$target" ] && continue
    archive=$(cd corpus && npm pack --silent "@octokit/openapi@$version")
    tar -xzf "corpus/$archive" -C corpus package/generated/api.github.com.json
    mv corpus/package/generated/api.github.com.json "$target"
    rm -rf corpus/package "corpus/$archive"
done
ls -l corpus
