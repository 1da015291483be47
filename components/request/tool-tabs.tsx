import { TOOLS, type Tool } from './wanted';

/** Which program's command is shown. Radios, so that the choice goes with a form where no scripts run. */
export function ToolTabs({
  tool,
  onChange,
  sent,
}: {
  tool: Tool;
  onChange: (tool: Tool) => void;
  sent: { name: string; form?: string };
}) {
  return (
    <fieldset className="tools">
      <legend className="sr-only">Tool</legend>
      {TOOLS.map((one) => (
        <label key={one} className="tool">
          <input
            {...sent}
            type="radio"
            value={one}
            checked={one === tool}
            onChange={() => onChange(one)}
          />
          {one}
        </label>
      ))}
    </fieldset>
  );
}
