import type { ReactNode } from "react";
import {
  FieldError,
  Input,
  Label,
  TextField as AriaTextField,
  type TextFieldProps as AriaProps,
  Text,
  TextArea,
} from "react-aria-components";

export interface TextFieldProps extends Omit<AriaProps, "className" | "children" | "onChange"> {
  label: string;
  hint?: ReactNode;
  error?: string;
  lines?: number;
  placeholder?: string;
  onChange?: (value: string) => void;
  hideLabel?: boolean;
}

export function TextField({ label, hint, error, lines, placeholder, hideLabel, ...rest }: TextFieldProps) {
  return (
    <AriaTextField {...rest} isInvalid={error !== undefined} validationBehavior="aria" className="field">
      <Label className={hideLabel ? "sr" : "field-label"}>
        {label}
        {rest.isRequired && (
          <span className="required" aria-hidden="true">
            *
          </span>
        )}
      </Label>
      {lines ? (
        <TextArea className="input" rows={lines} placeholder={placeholder} />
      ) : (
        <Input className="input" placeholder={placeholder} />
      )}
      {hint && !error && (
        <Text slot="description" className="field-hint">
          {hint}
        </Text>
      )}
      <FieldError className="field-error">{error}</FieldError>
    </AriaTextField>
  );
}

/** A labelled place for an input of another kind. */
export function Field({
  label,
  hint,
  error,
  children,
}: {
  label: string;
  hint?: ReactNode;
  error?: string;
  children: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be a flex container in older webviews
    <div className="field" role="group" aria-label={label}>
      <span className="field-label" aria-hidden="true">
        {label}
      </span>
      {children}
      {hint && !error && <span className="field-hint">{hint}</span>}
      {error && (
        <span className="field-error" role="alert">
          {error}
        </span>
      )}
    </div>
  );
}
