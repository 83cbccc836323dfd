// SPDX-License-Identifier: GPL-2.0

// Ristretto as selftests/hosted/evict.c has other caches: looks up ids that it reads, a u32 each, and
// inserts those that are not there. The second half counts. COUNTERS is how many it has for each
// session to count lookups of ids with; its documentation says 10.
//
//	ristretto LOAD CAPACITY COUNTERS <TRACE
package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"

	"github.com/dgraph-io/ristretto"
)

// So many lookups are told to its policy together, as its documentation says.
const batch = 64

// No id of the trace, which have four bytes.
const marker = "marker"

type cache struct {
	*ristretto.Cache
	settled bool
}

func newCache(capacity, counters int64) *cache {
	c := &cache{}
	config := ristretto.Config{NumCounters: counters * capacity, MaxCost: capacity,
		BufferItems: batch, Metrics: true}
	// Called for the marker only. What costs more than the whole cache may is
	// dropped before the policy looks at it.
	config.Cost = func(interface{}) int64 {
		c.settled = true
		return capacity + 1
	}
	var err error
	if c.Cache, err = ristretto.NewCache(&config); err != nil {
		panic(err)
	}
	return c
}

// A set is done in the background, and dropped if it comes too fast: wait for it, since here
// nothing is to depend on how fast that is. Sets are done in their order: when the marker is
// looked at, those before it have been done. This version of Ristretto has no Wait(), which is
// the same; to wait for its metrics took a microsecond for each look at them.
func (c *cache) settle() {
	c.settled = false
	c.Set(marker, true, 0)
	for !c.settled {
		runtime.Gosched()
	}
}

// Returns whether it was there. Ids are bytes, as devices' are: numbers it would take for hashes,
// and the most popular ones, which are the smallest, would never be counted together.
func (c *cache) use(id []byte) bool {
	if _, there := c.Get(id); there {
		return true
	}
	c.Set(id, true, 1)
	c.settle()
	return false
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: ristretto LOAD CAPACITY COUNTERS <TRACE")
		os.Exit(2)
	}
	capacity, _ := strconv.ParseInt(os.Args[2], 0, 64)
	counters, _ := strconv.ParseInt(os.Args[3], 0, 64)
	trace, err := io.ReadAll(os.Stdin)
	if err != nil {
		panic(err)
	}
	// All take turns: Gosched() lets the background do what there is, and nothing races.
	runtime.GOMAXPROCS(1)
	c := newCache(capacity, counters)
	n, hits := len(trace)/4, 0
	for i := 0; i < n; i++ {
		if c.use(trace[4*i:4*i+4]) && i >= n/2 {
			hits++
		}
		if i%batch == 0 {
			runtime.Gosched()
		}
	}
	if c.Metrics.SetsDropped() != 0 || c.Metrics.GetsDropped() != 0 {
		fmt.Fprintln(os.Stderr, "ristretto: it dropped sets, or lookups that it should count")
		os.Exit(1)
	}
	name := "go-ristretto"
	if counters != 10 {
		name += fmt.Sprintf("-%dx", counters)
	}
	fmt.Printf("BENCH evict,%s,%s,%d,1,hit_ratio,%.3f,percent\n", os.Args[1], name, capacity,
		float64(hits)*100/float64(n-n/2))
}
