// Checks a log and its proofs with golang.org/x/mod/sumdb, which shares no line with Paraaf.
//
//	independent FOLDER KEY <claims.json    says what does not agree, one line each; nothing when all does
//	independent sign NAME                  prints a key and a note that it signed
package main

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type claims struct {
	Proofs  []struct{ Index int64; Path []tlog.Hash }
	Growths []struct{ Old int64; Root tlog.Hash; Path []tlog.Hash }
}

func must(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func say(held bool, format string, arguments ...interface{}) {
	if !held {
		fmt.Printf(format+"\n", arguments...)
	}
}

// tiles reads the tiles of a folder, whose names lack the height that tlog puts in its own.
type tiles struct{ folder string }

func (t tiles) Height() int                              { return 8 }
func (t tiles) SaveTiles(tiles []tlog.Tile, data [][]byte) {}
func (t tiles) ReadTiles(wanted []tlog.Tile) (data [][]byte, err error) {
	for _, tile := range wanted {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		content, err := os.ReadFile(filepath.Join(t.folder, path))
		if err != nil {
			return nil, err
		}
		data = append(data, content)
	}
	return data, nil
}

func readEntries(folder string, size int64) (entries [][]byte) {
	for number := int64(0); number*256 < size; number++ {
		width := size - number*256
		if width > 256 {
			width = 256
		}
		path := tlog.Tile{H: 8, L: -1, N: number, W: int(width)}.Path()
		bundle, err := os.ReadFile(filepath.Join(folder, strings.Replace(path, "tile/8/data/", "tile/entries/", 1)))
		must(err)
		for len(bundle) > 0 {
			length := binary.BigEndian.Uint16(bundle)
			entries, bundle = append(entries, bundle[2:2+length]), bundle[2+length:]
		}
	}
	return entries
}

func computeRoot(entries [][]byte) tlog.Hash {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) (found []tlog.Hash, err error) {
		for _, index := range indexes {
			found = append(found, stored[index])
		}
		return found, nil
	})
	for number, entry := range entries {
		hashes, err := tlog.StoredHashes(int64(number), entry, reader)
		must(err)
		stored = append(stored, hashes...)
	}
	root, err := tlog.TreeHash(int64(len(entries)), reader)
	must(err)
	return root
}

func check(folder, key string) {
	written, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	must(err)
	verifier, err := note.NewVerifier(key)
	must(err)
	opened, err := note.Open(written, note.VerifierList(verifier))
	must(err)
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	decoded, err := base64.StdEncoding.DecodeString(lines[2])
	must(err)
	var root tlog.Hash
	copy(root[:], decoded)
	entries := readEntries(folder, size)
	say(int64(len(entries)) == size, "%d entries of %d", len(entries), size)
	say(computeRoot(entries) == root, "another root")

	var claimed claims
	must(json.NewDecoder(os.Stdin).Decode(&claimed))
	reader := tlog.TileHashReader(tlog.Tree{N: size, Hash: root}, tiles{folder})
	for _, proof := range claimed.Proofs {
		made, err := tlog.ProveRecord(size, proof.Index, reader)
		must(err)
		say(fmt.Sprint(made) == fmt.Sprint(tlog.RecordProof(proof.Path)), "another path for %d", proof.Index)
		leaf := tlog.RecordHash(entries[proof.Index])
		say(tlog.CheckRecord(proof.Path, size, root, proof.Index, leaf) == nil, "no proof of %d", proof.Index)
	}
	for _, growth := range claimed.Growths {
		say(computeRoot(entries[:growth.Old]) == growth.Root, "another root of %d", growth.Old)
		made, err := tlog.ProveTree(size, growth.Old, reader)
		must(err)
		say(fmt.Sprint(made) == fmt.Sprint(tlog.TreeProof(growth.Path)), "another growth from %d", growth.Old)
		say(tlog.CheckTree(growth.Path, size, root, growth.Old, growth.Root) == nil, "no growth from %d", growth.Old)
	}
	say(bytes.Equal(written[:len(opened.Text)], []byte(opened.Text)), "another text")
	fmt.Printf("checked %d entries, %d proofs, %d growths\n", size, len(claimed.Proofs), len(claimed.Growths))
}

func sign(name string) {
	secret, key, err := note.GenerateKey(rand.Reader, name)
	must(err)
	signer, err := note.NewSigner(secret)
	must(err)
	signed, err := note.Sign(&note.Note{Text: "een tekst\nmet é en twee regels\n"}, signer)
	must(err)
	fmt.Printf("%s\n%s", key, signed)
}

func main() {
	if os.Args[1] == "sign" {
		sign(os.Args[2])
	} else {
		check(os.Args[1], os.Args[2])
	}
}
