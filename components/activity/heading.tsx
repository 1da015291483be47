import { Tabs } from '@/components/ui/chips';

export function ActivityHeading({ picked }: { picked: 'calls' | 'changes' }) {
  return (
    <div>
      <h1 className="title">Activity</h1>
      <p className="lede">
        Calls are what edges refused and let pass. Changes are what people and programs did here.
      </p>
      <div className="mt-6">
        <Tabs
          label="Stream"
          choices={[
            { name: 'Calls', href: '/activity', picked: picked === 'calls' },
            { name: 'Changes', href: '/activity/changes', picked: picked === 'changes' },
          ]}
        />
      </div>
    </div>
  );
}
