// SPDX-License-Identifier: GPL-2.0

// Maps that Go programs keep sessions in, measured as selftests/hosted/bench.c does.
//
//	peers IMPL SESSIONS MS [WORKLOAD]
package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"runtime"
	"sort"
	"strconv"
	"sync"
	"time"

	"github.com/dgraph-io/ristretto"
)

type id [16]byte
type record struct {
	word [9]uint64
}

type store interface {
	get(k id) (record, bool)
	put(k id, r record)
	del(k id)
}

// The records are pointers: what is not is copied into an interface at each Store.
type syncMap struct{ m sync.Map }

func (s *syncMap) get(k id) (record, bool) {
	v, ok := s.m.Load(k)
	if !ok {
		return record{}, false
	}
	return *v.(*record), true
}
func (s *syncMap) put(k id, r record) { s.m.Store(k, &r) }
func (s *syncMap) del(k id)           { s.m.Delete(k) }

type locked struct {
	mu sync.RWMutex
	m  map[id]record
	_  [64]byte
}

func (s *locked) get(k id) (record, bool) {
	s.mu.RLock()
	r, ok := s.m[k]
	s.mu.RUnlock()
	return r, ok
}
func (s *locked) put(k id, r record) {
	s.mu.Lock()
	s.m[k] = r
	s.mu.Unlock()
}
func (s *locked) del(k id) {
	s.mu.Lock()
	delete(s.m, k)
	s.mu.Unlock()
}

type sharded struct{ shard [16]locked }

func (s *sharded) of(k id) *locked         { return &s.shard[k[15]&15] }
func (s *sharded) get(k id) (record, bool) { return s.of(k).get(k) }
func (s *sharded) put(k id, r record)      { s.of(k).put(k, r) }
func (s *sharded) del(k id)                { s.of(k).del(k) }

// A cache: it may drop what is put into it.
type cache struct{ c *ristretto.Cache }

func (s *cache) get(k id) (record, bool) {
	v, ok := s.c.Get(k[:])
	if !ok {
		return record{}, false
	}
	return *v.(*record), true
}
func (s *cache) put(k id, r record) { s.c.Set(k[:], &r, 1) }
func (s *cache) del(k id)           { s.c.Del(k[:]) }

func makeStore(name string, sessions uint64) store {
	switch name {
	case "go-syncmap":
		return &syncMap{}
	case "go-rwmutex":
		return &locked{m: map[id]record{}}
	case "go-sharded16":
		s := &sharded{}
		for i := range s.shard {
			s.shard[i].m = map[id]record{}
		}
		return s
	case "go-ristretto":
		c, err := ristretto.NewCache(&ristretto.Config{
			NumCounters: int64(sessions) * 10, MaxCost: int64(sessions) * 2, BufferItems: 64})
		if err != nil {
			panic(err)
		}
		return &cache{c}
	}
	fmt.Fprintln(os.Stderr, "peers: no implementation", name)
	os.Exit(2)
	return nil
}

func random(state *uint64) uint64 {
	*state += 0x9e3779b97f4a7c15
	z := *state
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb
	return z ^ (z >> 31)
}

func idOf(number uint64) (k id) {
	state := number
	binary.LittleEndian.PutUint64(k[:8], random(&state))
	binary.LittleEndian.PutUint64(k[8:], random(&state))
	return
}

const (
	threadsMax = 2
	absent     = 1 << 40
	newEvery   = 10
)

type worker struct {
	first, n, seed, turn, done, wrong uint64
	until                             time.Time
	_                                 [64]byte
}

var (
	impl     string
	sessions uint64
	lossy    bool
	only     string
)

func (w *worker) hit(s store) {
	number := w.first + random(&w.seed)%w.n
	r, ok := s.get(idOf(number))
	if (!ok || r.word[0] != number) && !lossy {
		w.wrong++
	}
}

func (w *worker) absent(s store) {
	if _, ok := s.get(idOf(absent | random(&w.seed)>>16)); ok {
		w.wrong++
	}
}

func (w *worker) update(s store) {
	number := w.first + random(&w.seed)%w.n
	r := record{}
	r.word[0] = number
	s.put(idOf(number), r)
}

func (w *worker) churn(s store) {
	if w.turn%2 == 1 {
		s.del(idOf(w.first))
		w.first++
	} else {
		r := record{}
		r.word[0] = w.first + w.n
		s.put(idOf(w.first+w.n), r)
	}
	w.turn++
}

func mix(percent uint64) func(*worker, store) {
	return func(w *worker, s store) {
		if random(&w.seed)%100 < percent {
			w.hit(s)
		} else if random(&w.seed)%newEvery != 0 {
			w.update(s)
		} else {
			w.churn(s)
		}
	}
}

func sample(workload string, threads int, metric string, value float64, unit string) {
	fmt.Printf("BENCH hosted,%s,%s,%d,%d,%s,%.6g,%s\n", workload, impl, sessions, threads,
		metric, value, unit)
}

// Runs each function in a goroutine; returns operations per ms.
func run(workers []*worker, fns ...func(*worker)) float64 {
	var group sync.WaitGroup
	begin := time.Now()
	for i, w := range workers {
		w.done = 0
		group.Add(1)
		go func(w *worker, fn func(*worker)) {
			fn(w)
			group.Done()
		}(w, fns[i%len(fns)])
	}
	group.Wait()
	done := uint64(0)
	for _, w := range workers {
		done += w.done
		if w.wrong != 0 {
			fmt.Fprintln(os.Stderr, "peers:", w.wrong, "operations went wrong")
			os.Exit(1)
		}
	}
	return float64(done) / (float64(time.Since(begin)) / 1e6)
}

func repeat(s store, op func(*worker, store)) func(*worker) {
	return func(w *worker) {
		for {
			for i := 0; i < 256; i++ {
				op(w, s)
			}
			w.done += 256
			if !time.Now().Before(w.until) {
				return
			}
		}
	}
}

func showTimes(times []time.Duration) {
	sort.Slice(times, func(i, j int) bool { return times[i] < times[j] })
	for _, mark := range []struct {
		name  string
		share float64
	}{{"p50_ns", 0.5}, {"p99_ns", 0.99}, {"p999_ns", 0.999}, {"p9999_ns", 0.9999}, {"max_ns", 1}} {
		i := int(float64(len(times))*mark.share) - 1
		if i < 0 {
			i = 0
		}
		sample("insert", 2, mark.name, float64(times[i]), "ns")
	}
}

func measure(threads int, d time.Duration) {
	s := makeStore(impl, sessions)
	workers := []*worker{}
	for i := 0; i < threads; i++ {
		workers = append(workers, &worker{first: uint64(i) << 32, n: sessions / uint64(threads),
			seed: uint64(i + 1)})
	}
	sample("insert", threads, "ops_per_ms", run(workers, func(w *worker) {
		for i := w.first; i < w.first+w.n; i++ {
			r := record{}
			r.word[0] = i
			s.put(idOf(i), r)
		}
		w.done = w.n
	}), "1/ms")
	run(workers, func(w *worker) {
		for i := w.first; i < w.first+w.n; i++ {
			s.get(idOf(i))
		}
	})
	for _, load := range []struct {
		name string
		op   func(*worker, store)
	}{{"hit", (*worker).hit}, {"absent", (*worker).absent}, {"update", (*worker).update},
		{"mix90", mix(90)}, {"mix50", mix(50)}, {"mix10", mix(10)}, {"mix0", mix(0)},
		{"churn", (*worker).churn}} {
		if only != "" && only != load.name {
			continue
		}
		for _, w := range workers {
			w.until = time.Now().Add(d)
		}
		sample(load.name, threads, "ops_per_ms", run(workers, repeat(s, load.op)), "1/ms")
	}
	if threads == 2 && only == "" {
		times := make([]time.Duration, 0, sessions)
		for _, w := range workers {
			w.until = time.Now().Add(2 * d)
		}
		run(workers, func(w *worker) {
			begin := time.Now()
			for begin.Before(w.until) && w.n < sessions {
				r := record{}
				r.word[0] = w.first + w.n
				s.put(idOf(w.first+w.n), r)
				w.n++
				times = append(times, time.Since(begin))
				begin = time.Now()
				w.done++
			}
		}, repeat(s, (*worker).hit))
		showTimes(times)
	}
	runtime.KeepAlive(s)
}

func main() {
	if len(os.Args) != 4 && len(os.Args) != 5 {
		fmt.Fprintln(os.Stderr, "usage: peers IMPL SESSIONS MS [WORKLOAD]")
		os.Exit(2)
	}
	if len(os.Args) == 5 {
		only = os.Args[4]
	}
	impl = os.Args[1]
	lossy = impl == "go-ristretto"
	sessions, _ = strconv.ParseUint(os.Args[2], 0, 64)
	ms, _ := strconv.Atoi(os.Args[3])
	for threads := 1; threads <= threadsMax; threads++ {
		measure(threads, time.Duration(ms)*time.Millisecond)
	}
}
