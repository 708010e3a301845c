using System;
using System.Collections.Generic;
using System.Reflection;

namespace Fcemu
{
    /// <summary>
    /// Implements an interface of the function's own library, which this program is not compiled
    /// against: a property is what a dictionary has under its name.
    /// </summary>
    public class Facts : DispatchProxy
    {
        private Dictionary<string, object> facts;
        private Log log; // or this one answers

        /// <summary>Returns the value itself, or a proxy for facts and for the log.</summary>
        internal static object As(Type type, object value)
        {
            var facts = value as Dictionary<string, object>;
            var log = value as Log;
            if (facts == null && log == null)
            {
                return value;
            }
            MethodInfo create = typeof(DispatchProxy).GetMethod(nameof(DispatchProxy.Create), Type.EmptyTypes);
            var proxy = (Facts)create.MakeGenericMethod(type, typeof(Facts)).Invoke(null, null);
            proxy.facts = facts;
            proxy.log = log;
            return proxy;
        }

        protected override object Invoke(MethodInfo method, object[] arguments)
        {
            if (log != null)
            {
                return log.Invoke(method, arguments);
            }
            const string getter = "get_";
            if (!method.Name.StartsWith(getter, StringComparison.Ordinal) || !facts.TryGetValue(method.Name.Substring(getter.Length), out object value))
            {
                return method.ReturnType.IsValueType && method.ReturnType != typeof(void) ? Activator.CreateInstance(method.ReturnType) : null;
            }
            value = As(method.ReturnType, value);
            facts[method.Name.Substring(getter.Length)] = value; // made once
            return value;
        }
    }
}
