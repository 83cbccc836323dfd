// SPDX-License-Identifier: GPL-2.0
/* Requests on one session, with good input. */
#include <errno.h>

#include <kselftest_harness.h>

#include "session.h"
#include "setup.h"

FIXTURE(session)
{
	struct nl nl;
};

FIXTURE_SETUP(session)
{
	ASSERT_EQ(0, new_netns());
	ASSERT_EQ(0, nl_open(&self->nl));
}

FIXTURE_TEARDOWN(session)
{
	nl_close(&self->nl);
}

TEST_F(session, insert)
{
	struct session s = full("gateway-1", 77), got;

	EXPECT_EQ(0, insert(&self->nl, NULL, &s));
	got = answer(&self->nl);
	EXPECT_EQ(HAS(VERSION) | HAS(LOADED), got.has);
	EXPECT_EQ(0, got.loaded);
	EXPECT_EQ(0, get(&self->nl, NULL, &s, &got));
	EXPECT_TRUE(same(&s, &got));
}

TEST_HARNESS_MAIN
