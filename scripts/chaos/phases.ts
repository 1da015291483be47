/** The ways in which things break, each during load; every phase ends with certificates being issued again. */
import { setTimeout as pause } from 'node:timers/promises';
import { PORTAL_FAILPOINTS, SIGNER_FAILPOINTS } from '@/lib/platform/failpoint';
import type { Load } from './load';
import type { Place } from './place';
import type { Random } from './random';

export type Scene = { readonly place: Place; readonly load: Load; readonly random: Random };

const MOMENT_MS = 60;
const FAILING_TABLES = ['certificate', 'intent', 'audit_event'] as const;

/** SIGKILLs of the signer, which is back soonest, of a portal, or, as when power fails, of both. */
export async function kills({ place, load, random }: Scene, count: number): Promise<void> {
  for (let done = 0; done < count; ) {
    await load.issuedMore(1 + random.below(8));
    await pause(random.below(MOMENT_MS));
    const portal = random.of(place.portals).process;
    const victims = random.of([[place.signer], [place.signer], [portal], [portal, place.signer]]);
    for (const victim of victims.slice(0, count - done)) {
      victim.kill();
      done += 1;
    }
  }
  await load.issuedMore(1);
}

export async function failpoints({ place, load, random }: Scene, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    for (const name of SIGNER_FAILPOINTS) {
      await place.signer.dieAt(`${name}:${1 + random.below(4)}`);
      await load.issuedMore(1);
    }
    for (const name of PORTAL_FAILPOINTS) {
      await random.of(place.portals).process.dieAt(`${name}:${1 + random.below(4)}`);
      await load.issuedMore(1);
    }
  }
}

/** One INSERT of each table fails, exactly once: a sequence counts it, which no rollback takes back. */
export async function failingInserts({ place, load }: Scene, times: number): Promise<void> {
  for (const table of FAILING_TABLES) {
    for (let time = 0; time < times; time += 1) {
      await place.sql('CREATE SEQUENCE crash_once');
      await place.sql(`CREATE FUNCTION crash_once() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN
          IF nextval('crash_once') = 1 THEN RAISE EXCEPTION 'this INSERT fails, once'; END IF;
          RETURN NEW;
        END $$`);
      await place.sql(
        `CREATE TRIGGER crash_once BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION crash_once()`,
      );
      await load.issuedMore(5);
      await place.sql(`DROP TRIGGER crash_once ON ${table}`);
      await place.sql('DROP FUNCTION crash_once');
      await place.sql('DROP SEQUENCE crash_once');
    }
  }
}

export async function databaseCrashes({ place, load, random }: Scene, count: number) {
  for (let done = 0; done < count; done += 1) {
    await load.issuedMore(1 + random.below(10));
    await pause(random.below(MOMENT_MS));
    await place.postgres.crash();
  }
  await load.issuedMore(1);
}

/** The answer to a COMMIT is lost between database and portal; a busy connection is ended; callers hang up. */
export async function cutConnections({ place, load }: Scene, count: number): Promise<void> {
  load.cutOneIn(4);
  for (let done = 0; done < count; done += 1) {
    await place.proxy.cutNext();
    await load.issuedMore(2);
    await place.sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name = 'countersign' AND state LIKE '%transaction%' LIMIT 1`);
    await load.issuedMore(2);
  }
  load.cutOneIn(0);
}

/** Two portals on the one database, either of them killed: what one leaves the other finishes, once. */
export async function twoPortals(scene: Scene, count: number): Promise<void> {
  await scene.place.addPortal();
  await kills(scene, count);
}
