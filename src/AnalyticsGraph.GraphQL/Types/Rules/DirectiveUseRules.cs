using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Validation;

namespace AnalyticsGraph.GraphQL.Types.Rules;

/// <summary>Section 3.13: directives in SDL are known, stand where they may, and have their arguments. Checked on the syntax, before types are made.</summary>
internal sealed class DirectiveUseRules
{
    private readonly SchemaDefinitions _definitions;
    private readonly SchemaErrors _errors;
    private readonly Dictionary<string, DirectiveDefinitionNode> _directives = [];
    private readonly Dictionary<string, Dictionary<string, DirectiveNode>> _usedOnTypes = [];

    public DirectiveUseRules(SchemaDefinitions definitions, SchemaErrors errors)
    {
        (_definitions, _errors) = (definitions, errors);
        foreach (var directive in BuiltIns.Document.Definitions.OfType<DirectiveDefinitionNode>().Concat(definitions.Directives))
        {
            _directives[directive.Name.Value] = directive;
        }
    }

    public void Check()
    {
        foreach (var definition in _definitions.All)
        {
            switch (definition)
            {
                case SchemaDefinitionNode schema: CheckUses(schema.Directives, "SCHEMA", UsedOn("")); break;
                case ScalarTypeDefinitionNode scalar: CheckUses(scalar.Directives, "SCALAR", UsedOn(scalar.Name.Value)); break;
                case ComplexTypeDefinitionNode type: CheckComplexType(type); break;
                case UnionTypeDefinitionNode union: CheckUses(union.Directives, "UNION", UsedOn(union.Name.Value)); break;
                case EnumTypeDefinitionNode type:
                    CheckUses(type.Directives, "ENUM", UsedOn(type.Name.Value));
                    foreach (var value in type.Values)
                    {
                        CheckUses(value.Directives, "ENUM_VALUE");
                    }

                    break;
                case InputObjectTypeDefinitionNode input:
                    CheckUses(input.Directives, "INPUT_OBJECT", UsedOn(input.Name.Value));
                    CheckInputValues(input.Fields, "INPUT_FIELD_DEFINITION");
                    break;
                case DirectiveDefinitionNode directive: CheckInputValues(directive.Arguments, "ARGUMENT_DEFINITION"); break;
            }
        }
    }

    private void CheckComplexType(ComplexTypeDefinitionNode type)
    {
        CheckUses(type.Directives, type is ObjectTypeDefinitionNode ? "OBJECT" : "INTERFACE", UsedOn(type.Name.Value));
        foreach (var field in type.Fields)
        {
            CheckInputValues(field.Arguments, "ARGUMENT_DEFINITION");
            CheckUses(field.Directives, "FIELD_DEFINITION");
        }
    }

    private void CheckInputValues(ImmutableArray<InputValueDefinitionNode> values, string location)
    {
        foreach (var value in values)
        {
            CheckFieldNames(value.DefaultValue);
            CheckUses(value.Directives, location);
        }
    }

    /// <summary>A type's extensions count as the same place as its definition.</summary>
    private Dictionary<string, DirectiveNode> UsedOn(string type)
    {
        if (!_usedOnTypes.TryGetValue(type, out var used))
        {
            _usedOnTypes.Add(type, used = []);
        }

        return used;
    }

    private void CheckUses(ImmutableArray<DirectiveNode> uses, string location, Dictionary<string, DirectiveNode>? used = null)
    {
        if (uses.IsEmpty)
        {
            return;
        }

        used ??= [];
        foreach (var use in uses)
        {
            var name = use.Name.Value;
            CheckArgumentNames(use);
            if (!_directives.TryGetValue(name, out var definition))
            {
                _errors.Report($"Unknown directive \"@{name}\".", use);
                continue;
            }

            if (definition.Locations.All(allowed => allowed.Value != location))
            {
                _errors.Report($"Directive \"@{name}\" may not be used on {location}.", use);
            }

            if (!definition.IsRepeatable && !used.TryAdd(name, use))
            {
                _errors.Report($"The directive \"@{name}\" can only be used once at this location.", used[name], use);
            }

            CheckArguments(use, definition);
        }
    }

    private void CheckArgumentNames(DirectiveNode use)
    {
        foreach (var same in use.Arguments.GroupBy(argument => argument.Name.Value).Where(same => same.Skip(1).Any()))
        {
            _errors.Report($"There can be only one argument named \"{same.Key}\".", same.Select(argument => argument.Name));
        }

        foreach (var argument in use.Arguments)
        {
            CheckFieldNames(argument.Value);
        }
    }

    private void CheckArguments(DirectiveNode use, DirectiveDefinitionNode definition)
    {
        foreach (var argument in use.Arguments.Where(argument => definition.Arguments.All(known => known.Name.Value != argument.Name.Value)))
        {
            var name = argument.Name.Value;
            var hint = Suggestions.DidYouMean(name, definition.Arguments.Select(known => known.Name.Value));
            _errors.Report($"Unknown argument \"{name}\" on directive \"@{use.Name.Value}\".{hint}", argument);
        }

        foreach (var needed in definition.Arguments.Where(argument => argument is { Type: NonNullTypeNode, DefaultValue: null }))
        {
            if (use.Arguments.All(argument => argument.Name.Value != needed.Name.Value))
            {
                _errors.Report($"Argument \"@{use.Name.Value}({needed.Name.Value}:)\" of type \"{needed.Type}\" is required, but it was not provided.", use);
            }
        }
    }

    private void CheckFieldNames(ValueNode? value)
    {
        switch (value)
        {
            case ListValueNode list:
                foreach (var item in list.Values)
                {
                    CheckFieldNames(item);
                }

                break;
            case ObjectValueNode given:
                var first = new Dictionary<string, NameNode>();
                foreach (var field in given.Fields)
                {
                    if (!first.TryAdd(field.Name.Value, field.Name))
                    {
                        _errors.Report($"There can be only one input field named \"{field.Name.Value}\".", first[field.Name.Value], field.Name);
                    }

                    CheckFieldNames(field.Value);
                }

                break;
        }
    }
}
