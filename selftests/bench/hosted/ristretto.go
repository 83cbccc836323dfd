// SPDX-License-Identifier: GPL-2.0

// Ristretto as selftests/hosted/evict.c has other caches: looks up ids that it reads, a u32 each, and
// inserts those that are not there. The second half counts.
//
//	ristretto LOAD CAPACITY <TRACE
package main

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"

	"github.com/dgraph-io/ristretto"
)

// It works in the background: wait until it has done so many sets, since it drops what
// comes too fast, and here nothing is to depend on how fast that is.
func settle(m *ristretto.Metrics, sets uint64) {
	for m.KeysAdded()+m.KeysUpdated()+m.SetsRejected()+m.SetsDropped() < sets {
		runtime.Gosched()
	}
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: ristretto LOAD CAPACITY <TRACE")
		os.Exit(2)
	}
	capacity, _ := strconv.ParseInt(os.Args[2], 0, 64)
	trace, err := io.ReadAll(os.Stdin)
	if err != nil {
		panic(err)
	}
	c, err := ristretto.NewCache(&ristretto.Config{
		NumCounters: 10 * capacity, MaxCost: capacity, BufferItems: 64, Metrics: true})
	if err != nil {
		panic(err)
	}
	n, hits, sets := len(trace)/4, 0, uint64(0)
	for i := 0; i < n; i++ {
		id := uint64(binary.LittleEndian.Uint32(trace[4*i:])) + 1
		_, there := c.Get(id)
		if !there {
			c.Set(id, true, 1)
			sets++
			settle(c.Metrics, sets)
		} else if i >= n/2 {
			hits++
		}
	}
	fmt.Printf("BENCH evict,%s,go-ristretto,%d,1,hit_ratio,%.3f,percent\n", os.Args[1], capacity,
		float64(hits)*100/float64(n-n/2))
}
