namespace AnalyticsGraph.GraphQL.Language;

/// <summary>Writes operations, fragments and selections.</summary>
internal static class ExecutablePrinter
{
    public static void Operation(IndentedWriter writer, OperationDefinitionNode operation)
    {
        var isShorthand = operation is { Operation: OperationType.Query, Name: null, Description: null, VariableDefinitions.IsEmpty: true, Directives.IsEmpty: true };
        if (!isShorthand)
        {
            writer.Write(ValuePrinter.Description(operation.Description)).Write(ValuePrinter.Keyword(operation.Operation));
            writer.Write(operation.Name is null && operation.VariableDefinitions.IsEmpty ? "" : " ");
            writer.Write(operation.Name?.Value ?? "").Write(Variables(operation)).Write(ValuePrinter.Directives(operation.Directives)).Write(" ");
        }

        SelectionSet(writer, operation.SelectionSet);
    }

    public static void Fragment(IndentedWriter writer, FragmentDefinitionNode fragment)
    {
        writer.Write(ValuePrinter.Description(fragment.Description));
        writer.Write($"fragment {fragment.Name.Value} on {fragment.TypeCondition}").Write(ValuePrinter.Directives(fragment.Directives)).Write(" ");
        SelectionSet(writer, fragment.SelectionSet);
    }

    public static void SelectionSet(IndentedWriter writer, SelectionSetNode selections) => writer.Block(selections.Selections, Selection);

    public static void Selection(IndentedWriter writer, SelectionNode selection)
    {
        switch (selection)
        {
            case FieldNode field:
                var name = field.Alias is null ? field.Name.Value : $"{field.Alias.Value}: {field.Name.Value}";
                writer.Write(ValuePrinter.WithArguments(name, field.Arguments)).Write(ValuePrinter.Directives(field.Directives));
                if (field.SelectionSet is not null)
                {
                    writer.Write(" ");
                    SelectionSet(writer, field.SelectionSet);
                }

                break;
            case FragmentSpreadNode spread:
                writer.Write($"...{spread.Name.Value}").Write(ValuePrinter.Directives(spread.Directives));
                break;
            case InlineFragmentNode inline:
                writer.Write(inline.TypeCondition is null ? "..." : $"... on {inline.TypeCondition}").Write(ValuePrinter.Directives(inline.Directives)).Write(" ");
                SelectionSet(writer, inline.SelectionSet);
                break;
        }
    }

    private static string Variables(OperationDefinitionNode operation)
    {
        if (operation.VariableDefinitions.IsEmpty)
        {
            return "";
        }

        var variables = operation.VariableDefinitions.Select(ValuePrinter.Print).ToArray();
        return ValuePrinter.AnyMultiline(variables) ? $"(\n{string.Join('\n', variables)}\n)" : $"({string.Join(", ", variables)})";
    }
}
