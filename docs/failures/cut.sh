#!/bin/sh
# Cuts what matters out of the window tests' photographs (1600 x 900), for docs/failures.md: cut.sh FOLDER
cd "$(dirname "$0")" || exit 1
from="$OLDPWD/$1"
for file in "$from"/failure[-_]*-1-seen.png; do
    name=$(basename "$file" -1-seen.png)
    name=$(echo "${name#failure?}" | tr _ -)
    case $name in
        no-key | blender-killed) part=268x140+0+0 ;;
        worker-killed) part=268x130+0+524 ;;
        *) part=268x208+0+524 ;;
    esac
    convert "$file" -crop "$part" +repage -strip -colors 64 "$name.png"
done
