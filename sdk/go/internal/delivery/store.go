package delivery

import (
	"fmt"
	"sync"

	"github.com/splat-heal/splat/sdk/go/internal/spool"
	"github.com/splat-heal/splat/sdk/go/internal/values"
)

// kept is an item, and what keeps it should the process end: a file of the spool, or nothing.
type kept struct {
	item  values.Item
	taken *spool.Taken
	left  bool // to a later try
}

// store is where items are until they are delivered: the spool, and memory where no disk will have them. Safe from
// every goroutine; none waits here for more than a disk.
type store struct {
	folder func() string // asked when the first error comes: a server may start as one user and go on as another (P1)
	warn   values.Warn

	lock    sync.Mutex
	spool   *spool.Spool
	refused bool
}

func (s *store) opened() (*spool.Spool, error) {
	if s.spool == nil {
		opened, err := spool.Open(s.folder())
		if err != nil {
			return nil, err
		}
		s.spool = opened
	}
	return s.spool, nil
}

// keep writes an item to disk: after this, nothing that ends the process loses it. With sync it also outlives the
// machine.
func (s *store) keep(item values.Item, sync bool) *kept {
	s.lock.Lock()
	defer s.lock.Unlock()
	taken, err := s.putTaken(item, sync)
	if err != nil {
		s.noDisk(err)
		return &kept{item: item}
	}
	return &kept{item: item, taken: &taken}
}

func (s *store) putTaken(item values.Item, sync bool) (spool.Taken, error) {
	opened, err := s.opened()
	if err != nil {
		return spool.Taken{}, err
	}
	taken, err := opened.PutTaken(item, sync)
	if err != nil {
		s.spool = nil // something cleans up here; the folder may be gone
		if opened, again := s.opened(); again == nil {
			return opened.PutTaken(item, sync)
		}
	}
	return taken, err
}

// note writes down what may yet change, in the place of what was noted before.
func (s *store) note(item values.Item, before *spool.Taken) *spool.Taken {
	s.lock.Lock()
	defer s.lock.Unlock()
	opened, err := s.opened()
	if err != nil {
		return nil
	}
	var taken spool.Taken
	if before != nil {
		taken, err = opened.Renew(*before, item)
	} else {
		taken, err = opened.PutTaken(item, false)
	}
	if err != nil {
		return nil
	}
	return &taken
}

// settled is for what is delivered, or never will be: nothing keeps it any longer.
func (s *store) settled(all []*kept) {
	s.lock.Lock()
	defer s.lock.Unlock()
	for _, each := range all {
		if each.taken == nil || s.spool == nil {
			continue
		}
		if each.left {
			s.spool.Withdraw(*each.taken) // the time was over while it was being delivered
		} else {
			s.spool.Done(*each.taken)
		}
	}
}

// later leaves these to a later try, by this process or the next one. Answers those that no disk will have.
func (s *store) later(all []*kept) []*kept {
	s.lock.Lock()
	defer s.lock.Unlock()
	var memory []*kept
	for _, each := range all {
		if each.left {
			continue
		}
		err := s.leave(each)
		if err != nil {
			s.noDisk(err)
			memory = append(memory, each)
			continue
		}
		each.left = true
	}
	return memory
}

func (s *store) leave(each *kept) error {
	opened, err := s.opened()
	if err != nil {
		return err
	}
	if each.taken != nil {
		return opened.Back(*each.taken)
	}
	taken, err := opened.PutTaken(each.item, false)
	if err == nil {
		each.taken = &taken
		err = opened.Back(taken)
	}
	return err
}

// take gives up to most that were left to a later try, the oldest first, of those whose names come after a name.
func (s *store) take(most int, after string) []*kept {
	s.lock.Lock()
	defer s.lock.Unlock()
	opened, err := s.opened()
	if err != nil {
		return nil
	}
	var made []*kept
	for _, each := range opened.Take(most, after) {
		taken := each
		made = append(made, &kept{item: taken.Item, taken: &taken})
	}
	s.tellUnreadable()
	return made
}

// tidy gives back what dead processes had, and keeps the spool within its bounds.
func (s *store) tidy() {
	s.lock.Lock()
	defer s.lock.Unlock()
	if opened, err := s.opened(); err == nil {
		opened.Tidy()
		s.tellUnreadable()
	}
}

// takeDropped is how many the spool had no room for since this was last asked.
func (s *store) takeDropped() int {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.spool == nil {
		return 0
	}
	dropped := s.spool.Dropped
	s.spool.Dropped = 0
	return dropped
}

func (s *store) tellUnreadable() {
	if s.spool != nil && s.spool.Unreadable > 0 {
		s.warn("unreadable", fmt.Sprintf("errors that were left in %s (%d) cannot be read: another version of Splat wrote "+
			"them, or they are damaged. They are not sent; they stay there for 7 days, in files that end in .bad.",
			s.spool.Folder, s.spool.Unreadable))
		s.spool.Unreadable = 0
	}
}

func (s *store) noDisk(err error) {
	if s.refused {
		return
	}
	s.refused = true
	s.warn("no disk", fmt.Sprintf("nothing can be written below %s (%v): errors that cannot be delivered at once are kept "+
		"in memory alone, the last 100. Give the option SpoolDir a folder that belongs to this user, or make room.",
		s.folder(), err))
}
