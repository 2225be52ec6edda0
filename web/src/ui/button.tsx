import { Button as AriaButton, type ButtonProps as AriaProps, Tooltip, TooltipTrigger } from "react-aria-components";
import { Icon, type IconName } from "./icon";

export interface ButtonProps extends Omit<AriaProps, "className" | "children"> {
  tone?: "primary" | "plain" | "ghost" | "danger";
  small?: boolean;
  wide?: boolean;
  icon?: IconName;
  children?: React.ReactNode;
}

export function Button({ tone = "plain", small, wide, icon, children, ...rest }: ButtonProps) {
  return (
    <AriaButton {...rest} className={`button ${tone}${small ? " small-button" : ""}${wide ? " wide" : ""}`}>
      {icon && <Icon name={icon} />}
      {children}
    </AriaButton>
  );
}

/** A button that shows only an icon; its label is its tooltip. */
export function IconButton({
  icon,
  label,
  size = 16,
  ...rest
}: Omit<AriaProps, "className" | "children"> & { icon: IconName; label: string; size?: number }) {
  return (
    <TooltipTrigger delay={500}>
      <AriaButton {...rest} aria-label={label} className="icon-button">
        <Icon name={icon} size={size} />
      </AriaButton>
      <Tooltip className="tooltip" offset={6}>
        {label}
      </Tooltip>
    </TooltipTrigger>
  );
}
