(function(){
"use strict";
var root=document.documentElement,button=document.getElementById("theme"),tip=document.getElementById("tip");
function dark(){var t=root.getAttribute("data-theme");return t?t==="dark":matchMedia("(prefers-color-scheme: dark)").matches;}
function label(){button.textContent=dark()?"Light":"Dark";}
function keep(t){try{localStorage.setItem("warchest-theme",t);}catch(e){}}
try{var kept=localStorage.getItem("warchest-theme");if(kept)root.setAttribute("data-theme",kept);}catch(e){}
if(location.hash==="#dark"||location.hash==="#light")root.setAttribute("data-theme",location.hash.slice(1));
button.hidden=false;label();
button.addEventListener("click",function(){var t=dark()?"light":"dark";root.setAttribute("data-theme",t);keep(t);label();});
document.querySelectorAll("svg.chart").forEach(function(svg){
var title=svg.querySelector("title"),desc=svg.querySelector("desc");
svg.setAttribute("aria-label",(title?title.textContent:"")+". "+(desc?desc.textContent:""));
svg.removeAttribute("aria-labelledby");
if(title)title.remove();
if(!svg.dataset.tip)return;
var tips=svg.dataset.tip.split("|"),at=svg.dataset.x.split(",").map(Number),x0=at[0],x1=at[1];
svg.addEventListener("pointermove",function(e){
var box=svg.getBoundingClientRect(),x=(e.clientX-box.left)*svg.viewBox.baseVal.width/box.width;
var i=Math.floor((x-x0)/(x1-x0)*tips.length);
if(i<0||i>=tips.length){tip.hidden=true;return;}
var q=at[3]-1+i;tip.textContent=(at[2]?(at[2]+Math.floor(q/4))+" Q"+(q%4+1)+"\n":"")+tips[i];tip.hidden=!tips[i];
var left=e.clientX+14;if(left+tip.offsetWidth>innerWidth-8)left=e.clientX-tip.offsetWidth-14;
tip.style.left=Math.max(4,left)+"px";tip.style.top=Math.max(4,e.clientY-tip.offsetHeight-10)+"px";
});
svg.addEventListener("pointerleave",function(){tip.hidden=true;});
});
var search=document.getElementById("filter");
if(search){
search.hidden=false;
search.addEventListener("input",function(){
var want=search.value.trim().toLowerCase();
document.querySelectorAll("details.group").forEach(function(group){
var hits=0;
group.querySelectorAll("tbody tr").forEach(function(row){
var hit=!want||row.textContent.toLowerCase().indexOf(want)>=0;
row.hidden=!hit;if(hit)hits++;
});
group.hidden=hits===0;
group.open=want!==""&&hits>0;
});
});
}
addEventListener("beforeprint",function(){document.querySelectorAll("details.group").forEach(function(d){d.open=true;});});
})();
