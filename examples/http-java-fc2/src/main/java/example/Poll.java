package example;

import com.aliyun.fc.runtime.Context;
import com.aliyun.fc.runtime.FunctionInitializer;
import com.aliyun.fc.runtime.HttpRequestHandler;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import java.util.TreeMap;
import javax.servlet.http.Cookie;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;

/** A poll. An HTTP trigger of FC 2.0 calls it as a container calls a servlet. */
public class Poll implements HttpRequestHandler, FunctionInitializer {
    private final Map<String, Integer> counts = new TreeMap<>(); // as long as the instance lives

    @Override
    public void initialize(Context context) {
        for (String choice : System.getenv("CHOICES").split(",")) {
            counts.put(choice, 0);
        }
    }

    @Override
    public void handleRequest(HttpServletRequest request, HttpServletResponse response, Context context) throws IOException {
        String path = (String) request.getAttribute("FC_REQUEST_PATH");
        context.getLogger().info(request.getMethod() + " " + path);
        response.setCharacterEncoding("UTF-8");
        if (path.equals("/counts.json")) {
            json(response);
        } else if (!path.equals("/")) {
            response.sendError(HttpServletResponse.SC_NOT_FOUND, "There is nothing at " + path + "\n");
        } else if (!request.getMethod().equals("POST") || vote(request, response)) {
            page(request, response);
        }
    }

    private boolean vote(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String choice = request.getParameter("choice");
        if (!counts.containsKey(String.valueOf(choice))) {
            response.sendError(HttpServletResponse.SC_BAD_REQUEST, "choice is one of " + counts.keySet() + "\n");
            return false;
        }
        if (hasVoted(request)) {
            response.sendError(HttpServletResponse.SC_CONFLICT, "You have voted already\n");
            return false;
        }
        counts.merge(choice, 1, Integer::sum);
        response.addCookie(new Cookie("voted", choice));
        return true;
    }

    private static boolean hasVoted(HttpServletRequest request) {
        Cookie[] cookies = request.getCookies();
        for (Cookie cookie : cookies == null ? new Cookie[0] : cookies) {
            if (cookie.getName().equals("voted")) {
                return true;
            }
        }
        return false;
    }

    private void page(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType("text/html");
        PrintWriter out = response.getWriter();
        out.println("<!doctype html>\n<title>Poll</title>\n<form method=\"post\" action=\"" + request.getRequestURI() + "\">");
        for (Map.Entry<String, Integer> choice : counts.entrySet()) {
            out.println("<button name=\"choice\" value=\"" + choice.getKey() + "\">" + choice.getKey() + ": " + choice.getValue() + "</button>");
        }
        out.println("</form>");
    }

    private void json(HttpServletResponse response) throws IOException {
        response.setContentType("application/json");
        StringBuilder text = new StringBuilder();
        for (Map.Entry<String, Integer> choice : counts.entrySet()) {
            text.append(text.length() == 0 ? "" : ",").append('"').append(choice.getKey()).append("\":").append(choice.getValue());
        }
        response.getWriter().println("{" + text + "}");
    }
}
