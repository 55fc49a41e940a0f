using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;
using AnalyticsGraph.GraphQL.Validation.Rules;

namespace AnalyticsGraph.GraphQL.Validation;

/// <summary>The walk through directives, arguments and values.</summary>
internal sealed partial class DocumentWalk
{
    private void VisitDirectives(ImmutableArray<DirectiveNode> directives, string location, FieldDefinition? field, NamedType? parentType)
    {
        foreach (var directive in directives)
        {
            context.Schema.Directives.TryGetValue(directive.Name.Value, out var definition);
            DirectiveRules.CheckKnown(context, directive, definition, location);
            if (directive.Name.Value is "defer" or "stream")
            {
                (_deferStream ??= new(context)).CheckDirective(directive, field, parentType);
            }

            if (definition is not null)
            {
                foreach (var argument in directive.Arguments)
                {
                    if (!definition.Arguments.ContainsKey(argument.Name.Value))
                    {
                        Arguments.ReportUnknown(context, argument, $"directive \"@{definition.Name}\"", definition.Arguments);
                    }
                }
            }

            Arguments.CheckUnique(context, directive.Arguments);
            foreach (var argument in directive.Arguments)
            {
                VisitArgumentValue(argument.Value, definition?.Arguments.GetValueOrDefault(argument.Name.Value));
            }

            if (definition is not null)
            {
                Arguments.CheckRequired(context, directive, definition);
            }
        }
    }

    private void VisitArgumentValue(ValueNode value, InputValueDefinition? definition)
    {
        if (value is VariableNode variable)
        {
            NoteUsage(variable, definition?.Type, null, definition is { HasDefault: true });
        }
        else
        {
            VisitValue(value, definition?.Type);
        }
    }

    /// <summary>A value that is not a variable, at the top of an argument or a variable's default.</summary>
    private void VisitValue(ValueNode value, GraphQLType? type)
    {
        if (type is not null)
        {
            (_values ??= new(context)).Check(value, type);
        }

        if (value is ListValueNode or ObjectValueNode)
        {
            VisitInside(value, type);
        }
    }

    private void VisitInside(ValueNode value, GraphQLType? type)
    {
        switch (value)
        {
            case ListValueNode list:
                var itemType = (type?.Nullable as ListType)?.ItemType;
                foreach (var item in list.Values)
                {
                    if (item is VariableNode variable)
                    {
                        NoteUsage(variable, itemType, null, false);
                    }
                    else
                    {
                        VisitInside(item, itemType);
                    }
                }

                break;
            case ObjectValueNode given:
                VisitFields(given, type?.Named as InputObjectType);
                break;
        }
    }

    private void VisitFields(ObjectValueNode value, InputObjectType? type)
    {
        var uniqueness = new InputFieldUniqueness(context, value.Fields);
        for (var i = 0; i < value.Fields.Length && !context.IsAborted; i++)
        {
            uniqueness.Check(i);
            var field = value.Fields[i];
            var definition = type?.Fields.GetValueOrDefault(field.Name.Value);
            if (field.Value is VariableNode variable)
            {
                NoteUsage(variable, definition?.Type, type is { IsOneOf: true } ? type : null, definition is { HasDefault: true });
            }
            else
            {
                VisitInside(field.Value, definition?.Type);
            }
        }
    }

    private void NoteUsage(VariableNode variable, GraphQLType? type, InputObjectType? oneOf, bool hasDefault)
        => _current!.AddUsage(new VariableUsage(variable, type, oneOf, hasDefault));
}
